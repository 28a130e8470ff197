"""The operator's command `kube-events`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from kube_events.backfill.command import add_backfill
from kube_events.dead_letters.command import add_dead_letters
from kube_events.errors import CommandError
from kube_events.replay.command import add_replay
from kube_events.rules.command import add_rules
from kube_events.search.command import add_search
from kube_events.send.command import add_send
from kube_events.silence.command import add_silence

OK, INTERRUPTED = 0, 130
"""Exit codes; an error brings its own, and wrong usage ends in argparse with 2. 130 is what shells say after
Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that does not know a character of a message gets its number, not nothing at all.
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = _parser().parse_args(argv)
    try:
        for line in arguments.run(arguments):
            _print(line)
    except CommandError as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        pass  # `kube-events … | head`: nobody reads on
    return OK


def _print(line: str) -> None:
    """Raises BrokenPipeError if nobody reads on, CommandError if it cannot be written otherwise."""
    try:
        print(line, flush=True)
    except OSError as error:
        # Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise CommandError([f"standard output: {error.strerror or error}"]) from None


def _parser() -> argparse.ArgumentParser:
    """Each command has a function of its own that gives the lines to print, as they come."""
    parser = argparse.ArgumentParser(prog="kube-events", description="Operate kube-events.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_rules(commands)
    add_replay(commands)
    add_backfill(commands)
    add_search(commands)
    add_silence(commands)
    add_dead_letters(commands)
    add_send(commands)
    commands.add_parser("version", help="say the version").set_defaults(run=_version)
    return parser


def _version(_: argparse.Namespace) -> Iterable[str]:
    try:
        return [f"kube-events {version('kube-events')}"]
    except PackageNotFoundError:
        return ["kube-events, run from its source tree"]


if __name__ == "__main__":
    sys.exit(main())
