"""`kube-events rules test`: from files to the lines that it prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from eventcore.rules import Ruleset, decode_compiled
from kube_events.errors import CommandError
from kube_events.plain_text import plain
from kube_events.rules.expectations.parsing import read_tests
from kube_events.rules.expectations.running import run
from kube_events.rules.files import compile_file


def tests_path(rules: Path) -> Path:
    """Where the tests of a rule file lie by default: beside it."""
    return rules.with_name(f"{rules.stem}.tests.yaml")


def run_tests(rules: Path, tests: Sequence[Path], *, verbose: bool) -> Iterator[str]:
    """Run tests; gives the lines to print.

    Args:
        rules: the rule file.
        tests: files of tests; none means the one beside it.
        verbose: whether tests that pass are named.

    Raises:
        RulesFileError: a file is wrong.
        CommandError: a test has failed.
    """
    ruleset = Ruleset(decode_compiled(compile_file(rules)))
    files = [(file, read_tests(file)) for file in tests or [tests_path(rules)]]
    passed = failed = 0
    for file, cases in files:
        for case in cases:
            failures = run(case, ruleset)
            if not failures:
                passed += 1
                if verbose:
                    yield f"passed {file}: {plain(case.name)}"
                continue
            failed += 1
            yield f"FAILED {file}: {case.path}: {plain(case.name)}"
            for failure in failures:
                yield plain(f"{failure.what}: expected {failure.expected}, found {failure.found}").join(
                    ("    ", "")
                )
    if failed:
        raise CommandError([f"{rules}: {failed} of {passed + failed} tests failed"])
    yield f"{rules}: {passed} tests passed"
