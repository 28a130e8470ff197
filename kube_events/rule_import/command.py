"""The arguments of `kube-events rules import`. What it needs besides is imported when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kube_events.errors import CommandError
from kube_events.standard_input import MARK, NAME, standard_input
from kube_events.subcommands import Subcommands

if TYPE_CHECKING:
    from kube_events.rule_import.imported import Imported

_EXPORTER_EXAMPLE = """
example:
  kube-events rules import kubernetes-event-exporter config.yaml --output rules.yaml --report import.txt
  kube-events rules check rules.yaml --write
"""

_EVENTER_EXAMPLE = """
A token need not be there, and is never printed. In quotes, since & and $ mean something to a shell.

example:
  kube-events rules import kube-eventer --output rules.yaml \\
    --sink='dingtalk:https://oapi.dingtalk.com/robot/send?access_token=x&level=Warning&namespaces=shop,pay' \\
    --sink='webhook:https://hooks.example.com/?level=Normal&reason=BackOff,Failed.*'
"""


def add_import(on_rules: Subcommands) -> None:
    """Add `import` and the two formats it reads."""
    importing = on_rules.add_parser(
        "import",
        help="make a rule file from another tool's settings",
        description="Make a rule file with the same meaning, and say line by line what could not be "
        "said. The rules "
        "go to standard output or --output, the report to standard error or --report.",
    )
    formats = importing.add_subparsers(required=True, metavar="FORMAT")
    exporter = formats.add_parser(
        "kubernetes-event-exporter",
        help="from its config.yaml",
        description="Make a rule file from a configuration of kubernetes-event-exporter. Variables in it "
        "($NAME, "
        "${NAME}) are taken from the environment, as the exporter does.",
        epilog=_EXPORTER_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    exporter.add_argument(
        "config", type=Path, metavar="CONFIG", help="its configuration, YAML; - for standard input"
    )
    _add_output(exporter)
    exporter.set_defaults(run=_import_exporter)
    eventer = formats.add_parser(
        "kube-eventer",
        help="from its flags --sink",
        description="Make a rule file from the sinks of kube-eventer.",
        epilog=_EVENTER_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    eventer.add_argument(
        "--sink",
        action="append",
        required=True,
        metavar="TYPE:URI",
        help="as kube-eventer has it; for each sink",
    )
    _add_output(eventer)
    eventer.set_defaults(run=_import_eventer)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, metavar="FILE", help="the rule file; it must not be there yet")
    parser.add_argument("--report", type=Path, metavar="FILE", help="the report (default: standard error)")
    parser.add_argument(
        "--terraform",
        type=Path,
        metavar="FILE",
        help="the receivers, to go on with, as .tfvars; must not be there yet",
    )
    parser.add_argument(
        "--without",
        type=_names,
        default=(),
        metavar="A,B",
        help="receivers to leave out, as the report calls them",
    )


def _import_exporter(arguments: argparse.Namespace) -> Iterable[str]:
    from kube_events.rule_import.exporter_import import import_exporter

    named = arguments.config != Path(MARK)
    file = arguments.config.name if named else NAME
    data = _read(arguments.config) if named else standard_input().read()
    text = _text(data, str(arguments.config) if named else NAME)
    return _put(import_exporter(text, file=file, variables=os.environ, left_out=arguments.without), arguments)


def _import_eventer(arguments: argparse.Namespace) -> Iterable[str]:
    from kube_events.rule_import.eventer_import import import_eventer

    return _put(import_eventer(arguments.sink, variables=os.environ, left_out=arguments.without), arguments)


def _put(imported: Imported, arguments: argparse.Namespace) -> Iterable[str]:
    """Write what was asked for; gives the lines for standard output."""
    if arguments.report is None:
        for line in imported.report:
            print(line, file=sys.stderr)
    else:
        _write(arguments.report, "\n".join(imported.report) + "\n", anew=True)
    if arguments.terraform is not None:
        _write(arguments.terraform, imported.receivers)
    if arguments.output is None:
        return imported.rules.splitlines()
    _write(arguments.output, imported.rules)
    return [f"{arguments.output}: written; kube-events rules check {arguments.output} --write is next"]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError([f"{path}: {error.strerror or error}"]) from None


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError([f"{name}: not UTF-8"]) from None


def _write(path: Path, text: str, *, anew: bool = False) -> None:
    """Raises CommandError if it cannot be written, or is there already and not to be made `anew`."""
    try:
        with path.open("w" if anew else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise CommandError([f"{path}: {error.strerror or error}"]) from None


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError("names separated by commas")
    return names
