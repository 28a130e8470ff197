"""The arguments of `kube-events rules`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from kube_events.rules.check import check_rules
from kube_events.subcommands import Subcommands


def add_rules(commands: Subcommands) -> None:
    """Add `rules` and what it can do."""
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


def _check(arguments: argparse.Namespace) -> Iterable[str]:
    return check_rules(
        arguments.file, receivers=arguments.receivers, output=arguments.output, write=arguments.write
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError("names separated by commas")
    return names
