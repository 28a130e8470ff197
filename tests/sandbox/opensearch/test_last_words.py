"""Of what a node said before it ended, the line to act on."""

from __future__ import annotations

import pytest

from sandbox.opensearch.process import last_words

OPTIONS = (
    "[2026-11-21T17:24:11,560][INFO ][o.o.n.Node ] JVM arguments [-XX:+ShowCodeDetailsInExceptionMessages]"
)
WARNING = "[2026-11-21T17:24:12,000][WARN ][o.o.b.Natives ] unable to load JNA: NoClassDefFoundError: native"
HANDLER = (
    "[2026-11-21T17:24:13,000][ERROR][o.o.b.OpenSearchUncaughtExceptionHandler] uncaught in thread [main]"
)
REASON = "org.opensearch.bootstrap.StartupException: java.lang.IllegalArgumentException: unknown setting [a]"
NO_JVM = "Error: Could not create the Java Virtual Machine."


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([OPTIONS, WARNING, HANDLER, REASON, "at org.opensearch.Main"], REASON),
        ([OPTIONS, HANDLER, "at org.opensearch.Main"], HANDLER),
        ([NO_JVM, "Error: A fatal exception has occurred. Program will exit."], NO_JVM),
        ([OPTIONS, "Killed", ""], "Killed"),
        ([OPTIONS], OPTIONS),
        ([], "it said nothing"),
    ],
)
def test_the_reason_is_told_and_not_the_options(said: list[str], words: str) -> None:
    assert last_words("\n".join(said)) == words
