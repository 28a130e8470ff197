"""The arguments of `kube-events rules`. What a command needs besides is imported when it runs."""

from __future__ import annotations

import argparse
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from pathlib import Path

from kube_events.rule_import.command import add_import
from kube_events.rules.backtest.command import add_backtest
from kube_events.rules.names import names
from kube_events.subcommands import Subcommands

_CHECK = """\
What is wrong is an error; what is odd, such as a route that no event reaches, is a warning on standard error.

  kube-events rules check rules.yaml --receivers ops-mail,sre-dingtalk
  kube-events rules check rules.yaml --write
  kube-events rules check rules.yaml --strict            in CI: warnings are errors

Exit codes: 0 fine, 1 wrong (a line for each error on standard error), 2 wrong usage.
"""

_SCHEMA = """\
For editors, which complete and check a file by it if its first line says where it is:

  # yaml-language-server: $schema=schema.json

  kube-events rules schema > schema.json
"""

_TEST = """\
docs/rules-command.md says what may stand in a file of tests.

  kube-events rules test rules.yaml                       with rules.tests.yaml
  kube-events rules test rules.yaml tests/*.yaml -v

Exit codes: 0 all passed, 1 one failed or a file is wrong, 2 wrong usage.
"""

_EXPLAIN = """\
EVENT is a record of the stream, a document of the index or an Event of core/v1, in JSON.

  kube-events rules explain rules.yaml event.json
  kubectl get event web-1.18e9e95ff1c6d9bc -o json | kube-events rules explain rules.yaml - --cluster prod-eu
  kube-events search --name web-1 --limit 1 -o jsonl | kube-events rules explain rules.yaml -

Exit codes: 0 explained, also where nobody is told, 1 a file is wrong, 2 wrong usage.
"""


def add_rules(commands: Subcommands) -> None:
    """Add `rules` and what it can do."""
    rules = commands.add_parser(
        "rules", help="work on rule files", description="Work on rule files. docs/rules-command.md says more."
    )
    on_rules = rules.add_subparsers(required=True, metavar="COMMAND")
    _add_check(on_rules)
    _add_schema(on_rules)
    _add_test(on_rules)
    _add_explain(on_rules)
    add_backtest(on_rules)
    add_import(on_rules)


def _add_check(on_rules: Subcommands) -> None:
    check = on_rules.add_parser(
        "check",
        help="check a rule file and its compiled form",
        description="Say what is wrong with a rule file, what is odd, and whether its compiled form is up to"
        " date.",
        epilog=_CHECK,
        formatter_class=RawDescriptionHelpFormatter,
    )
    check.add_argument("file", type=Path, metavar="FILE", help="the rules, YAML")
    check.add_argument(
        "--receivers",
        type=names,
        metavar="A,B",
        help="the receivers there are: others are errors, and those that nobody tells are odd",
    )
    check.add_argument(
        "--output",
        type=Path,
        metavar="COMPILED",
        help="the compiled form (default: FILE with .compiled.json)",
    )
    check.add_argument("--write", action="store_true", help="write the compiled form")
    check.add_argument(
        "--strict", action="store_true", help="what is odd is an error; nothing is written then"
    )
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> Iterable[str]:
    from kube_events.rules.check import check_rules

    return check_rules(
        arguments.file,
        receivers=arguments.receivers,
        output=arguments.output,
        write=arguments.write,
        strict=arguments.strict,
        warn=lambda line: print(line, file=sys.stderr),
    )


def _add_schema(on_rules: Subcommands) -> None:
    schema = on_rules.add_parser(
        "schema",
        help="the JSON Schema of rule files",
        description="Print the JSON Schema of rule files.",
        epilog=_SCHEMA,
        formatter_class=RawDescriptionHelpFormatter,
    )
    schema.set_defaults(run=_schema)


def _schema(_: argparse.Namespace) -> Iterable[str]:
    from eventcore.rules.schema import encode_schema

    return [encode_schema().decode().removesuffix("\n")]


def _add_test(on_rules: Subcommands) -> None:
    test = on_rules.add_parser(
        "test",
        help="run the tests of a rule file",
        description="Run the tests that are written beside a rule file.",
        epilog=_TEST,
        formatter_class=RawDescriptionHelpFormatter,
    )
    test.add_argument("file", type=Path, metavar="FILE", help="the rules, YAML")
    test.add_argument("tests", type=Path, nargs="*", metavar="TESTS", help="(default: FILE with .tests.yaml)")
    test.add_argument("-v", "--verbose", action="store_true", help="name the tests that pass, too")
    test.set_defaults(run=_test)


def _test(arguments: argparse.Namespace) -> Iterable[str]:
    from kube_events.rules.expectations.command import run_tests

    return run_tests(arguments.file, arguments.tests, verbose=arguments.verbose)


def _add_explain(on_rules: Subcommands) -> None:
    explain = on_rules.add_parser(
        "explain",
        help="the way of one event through a rule file",
        description="Say step by step what becomes of an event, with the reason for each yes and no.",
        epilog=_EXPLAIN,
        formatter_class=RawDescriptionHelpFormatter,
    )
    explain.add_argument("file", type=Path, metavar="FILE", help="the rules, YAML")
    explain.add_argument("event", metavar="EVENT", help="a JSON file, or - for standard input")
    explain.add_argument(
        "--cluster",
        default="unknown",
        metavar="NAME",
        help="where an Event of core/v1 comes from, which it does not say itself",
    )
    explain.add_argument(
        "--at",
        metavar="TIME",
        help="when it comes to us, for mute times and old events (default: when it was read)",
    )
    explain.set_defaults(run=_explain)


def _explain(arguments: argparse.Namespace) -> Iterable[str]:
    from kube_events.rules.explaining import explain_file

    return explain_file(arguments.file, arguments.event, cluster=arguments.cluster, at=arguments.at)
