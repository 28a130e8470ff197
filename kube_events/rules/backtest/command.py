"""The arguments of `kube-events rules backtest`."""

from __future__ import annotations

import argparse
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from eventcore.faults import shown
from eventcore.rules import CompiledRules, CompiledRulesError, Ruleset, decode_compiled
from eventcore.rules.nearest import one_of
from kube_events.errors import UsageError
from kube_events.opensearch.arguments import add_connection_arguments
from kube_events.plain_text import json_text, plain
from kube_events.progress import Progress
from kube_events.rules.backtest.past_events import PastEvent, Span, of_file, of_index
from kube_events.rules.backtest.report import as_json, as_tables
from kube_events.rules.backtest.run import backtest
from kube_events.rules.files import RulesFileError, compile_file, compiled_path, read_file
from kube_events.rules.names import names
from kube_events.subcommands import Subcommands
from kube_events.times import ALLOWED, TimeError, beginning, end

_EXAMPLES = """\
Each event counts as coming when it was last seen: an outage of the time is not repeated. Groups that were
open before --from are not known. Silences and the limits of channels are left out; over its limit a channel
gets fewer messages, which are digests.

  kube-events rules backtest rules.yaml --from 7d
  kube-events rules backtest rules.yaml --from 2026-11-01 --to 2026-11-07 --json
  kube-events search --since 7d --all --limit 0 -o jsonl | gzip > events.jsonl.gz
  kube-events rules backtest rules.yaml --events events.jsonl.gz --against main.yaml
  kubectl get events -A -o json | kube-events rules backtest rules.yaml --events -

Exit codes: 0 done, 1 a file is wrong or OpenSearch cannot be asked, 2 wrong usage.
"""


def add_backtest(on_rules: Subcommands) -> None:
    """Add `backtest`."""
    parser = on_rules.add_parser(
        "backtest",
        help="what a rule file would have told of past events",
        description="Say what a rule file would have told of past events: messages by receiver and hour, the"
        " noisiest groups, and the difference to the rules as they are.",
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the rules, YAML")
    parser.add_argument(
        "--from", dest="from_", metavar="TIME", help=f"events last seen from then on: {ALLOWED}; UTC"
    )
    parser.add_argument(
        "--to", metavar="TIME", help="and before then; of a date the whole day (default: no end)"
    )
    parser.add_argument(
        "--events",
        metavar="EVENTS",
        help="read them from a file instead of OpenSearch: JSON lines or a list, also with gzip, of records,"
        " documents or Events of core/v1; - is standard input",
    )
    parser.add_argument(
        "--cluster", type=names, default=(), metavar="A,B", help="events of these clusters (default: all)"
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="RULES",
        help="compare with this rule file, or compiled form (default: the compiled form beside FILE, if it is"
        " there and was made of another FILE)",
    )
    parser.add_argument(
        "--without-resolved",
        type=names,
        default=(),
        metavar="A,B",
        help="receivers that hear nothing of ends, as with send_resolved = false",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_connection_arguments(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    span = _span(arguments, now=datetime.now(UTC))
    rules = Ruleset(decode_compiled(compile_file(arguments.file)))
    against, compared = _against(arguments)
    _know(arguments.without_resolved, rules.receivers | frozenset(compared.receivers if compared else ()))
    with Progress("backtest") as progress:
        events = _events(arguments, span, progress)
        result = backtest(
            events,
            rules,
            None if compared is None else Ruleset(compared),
            without_resolved=arguments.without_resolved,
            at=lambda number, at: progress.at(_how_far(number, at, span)),
        )
    if arguments.json:
        yield json_text(as_json(result, against=against))
    else:
        yield from as_tables(result, against=plain(against))


def _know(without_resolved: Collection[str], receivers: Collection[str]) -> None:
    for name in without_resolved:
        if name not in receivers:
            raise UsageError([f"--without-resolved: expected {one_of(receivers, name)}; found {shown(name)}"])


def _events(arguments: argparse.Namespace, span: Span, progress: Progress) -> Iterator[PastEvent]:
    if arguments.events is not None:

        def read(bytes_read: int, size: int) -> None:
            progress.at(f"{100 * bytes_read // size} % read" if size else "reading")

        only = arguments.cluster
        return of_file(
            arguments.events, span, only, cluster=only[0] if len(only) == 1 else "unknown", read=read
        )
    from kube_events.opensearch import connect, connection_of

    return of_index(connect(connection_of(arguments)).search, span, arguments.cluster)


def _how_far(number: int, at: float, span: Span) -> str:
    if span.start is None or span.end is None:
        return f"{number} events"
    whole = span.end.timestamp() - span.start.timestamp()
    part = (at - span.start.timestamp()) / whole
    return f"{number} events, {max(0, min(100, round(100 * part)))} %"


def _span(arguments: argparse.Namespace, *, now: datetime) -> Span:
    if arguments.from_ is None and arguments.events is None:
        raise UsageError(["--from says from when on: OpenSearch may hold years; or give --events FILE"])
    start = stop = None
    try:
        option = "--from"
        if arguments.from_ is not None:
            start = beginning(arguments.from_, now=now, zone=UTC)
        option = "--to"
        if arguments.to is not None:
            stop = end(arguments.to, now=now, zone=UTC)
        elif arguments.events is None:
            stop = now
    except TimeError as error:
        raise UsageError([f"{option}: {error}"]) from None
    if start is not None and stop is not None and stop <= start:
        raise UsageError([f"--to is {stop.isoformat()}, and --from, {start.isoformat()}, is not before it"])
    return Span(start, stop)


def _against(arguments: argparse.Namespace) -> tuple[str, CompiledRules | None]:
    """What to compare with: its name, and its rules."""
    if arguments.against is not None:
        return str(arguments.against), _rules_of(arguments.against)
    committed = compiled_path(arguments.file)
    if not committed.exists():
        return "", None
    try:
        rules = decode_compiled(read_file(committed))
    except CompiledRulesError as error:
        print(f"{committed}: {error}; nothing is compared", file=sys.stderr)
        return "", None
    same = rules.source_sha256 == decode_compiled(compile_file(arguments.file)).source_sha256
    return ("", None) if same else (str(committed), rules)


def _rules_of(path: Path) -> CompiledRules:
    if path.suffix != ".json":
        return decode_compiled(compile_file(path))
    try:
        return decode_compiled(read_file(path))
    except CompiledRulesError as error:
        raise RulesFileError([f"{path}: {error}"]) from None
