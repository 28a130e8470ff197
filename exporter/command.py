"""What the command `python -m exporter run | check | version` does."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import NoReturn

from exporter.check import check
from exporter.logs import configure_logs
from exporter.observe.server import CannotListen
from exporter.redaction import redacted
from exporter.run import run
from exporter.settings_source import SettingsInvalid, add_options, read_settings
from exporter.ship.errors import Misconfigured
from exporter.version import VERSION
from exporter.watch.errors import Denied

USAGE = 2
"""Exit code for settings that are missing or wrong."""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, not the whole usage."""
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Run a command; answers the exit code."""
    flags = _parser().parse_args(arguments)
    if flags.command == "version":
        sys.stdout.write(f"{VERSION}\n")
        return 0
    try:
        settings = read_settings(flags, os.environ)
    except SettingsInvalid as error:
        for line in error.errors:
            sys.stderr.write(f"{line}\n")
        return USAGE
    configure_logs(settings.cluster, settings.log_level)
    if flags.command == "check":
        return check(settings, _say)
    try:
        return run(settings)
    except (Denied, Misconfigured, CannotListen) as error:
        sys.stderr.write(f"{redacted(str(error))}\n")
        return USAGE


def _say(line: str) -> None:
    try:
        sys.stdout.write(redacted(line))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough (`check | head -1`). The interpreter flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _parser() -> ArgumentParser:
    parser = _Parser(prog="python -m exporter", description="Ships the events of a cluster to a stream.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="run | check | version")
    for command, about in (
        ("run", "list, watch and ship events until SIGTERM"),
        ("check", "try the API server and the stream, and say what is wrong"),
    ):
        add_options(commands.add_parser(command, help=about, allow_abbrev=False))
    commands.add_parser("version", help="print the version")
    return parser
