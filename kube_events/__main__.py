"""The operator's command `kube-events`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kube_events.check_rules import check_rules
from kube_events.rules_file import RulesFileError

OK, INVALID = 0, 1
"""Exit codes; on wrong usage argparse itself exits with 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        for line in arguments.run(arguments):
            print(line)
    except RulesFileError as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        return INVALID
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kube-events", description="Operate kube-events.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    rules = commands.add_parser("rules", help="work on rule files")
    on_rules = rules.add_subparsers(required=True, metavar="COMMAND")
    check = on_rules.add_parser(
        "check",
        help="check a rule file and its compiled form",
        description="Say what is wrong with a rule file, and whether its compiled form is up to date.",
    )
    check.add_argument("file", type=Path, metavar="FILE", help="the rules, YAML")
    check.add_argument(
        "--receivers", type=_names, metavar="A,B", help="the receivers there are: others are errors"
    )
    check.add_argument(
        "--output",
        type=Path,
        metavar="COMPILED",
        help="the compiled form (default: FILE with .compiled.json)",
    )
    check.add_argument("--write", action="store_true", help="write the compiled form")
    check.set_defaults(run=_check)

    commands.add_parser("version", help="say the version").set_defaults(run=_version)
    return parser


def _check(arguments: argparse.Namespace) -> Sequence[str]:
    return check_rules(
        arguments.file, receivers=arguments.receivers, output=arguments.output, write=arguments.write
    )


def _version(_: argparse.Namespace) -> Sequence[str]:
    try:
        return [f"kube-events {version('kube-events')}"]
    except PackageNotFoundError:
        return ["kube-events, run from its source tree"]


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError("names separated by commas")
    return names


if __name__ == "__main__":
    sys.exit(main())
