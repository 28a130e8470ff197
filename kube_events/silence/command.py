"""The arguments of `kube-events silence`."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from secrets import token_hex

import msgspec

from eventcore.rules.durations import ALLOWED as ALLOWED_DURATIONS
from eventcore.silences import (
    LABELS,
    SILENCE_FIELDS,
    Silence,
    SilenceError,
    matches_everything,
    parse_matchers,
)
from kube_events.deployment import add_deployment_arguments, deployment_of
from kube_events.errors import CommandError, UsageError
from kube_events.plain_text import json_text
from kube_events.reindex.arguments import say
from kube_events.silence.listing import TIME, details, rows
from kube_events.silence.span import ALLOWED_TIMES, span_of
from kube_events.silence.store import NoSuchSilence, SilenceStore
from kube_events.subcommands import Subcommands

EFFECTIVE_SECONDS = 30
"""Who tells looks at the silences every ten seconds, and their index is not at once up to date."""

_ADDING = f"""\
MATCHER is FIELD=TEXT, FIELD!=TEXT, FIELD=~REGEX or FIELD!~REGEX, as amtool takes it. All have to match; a
regular expression has to match the whole value, and a field that an event lacks counts as empty.
Fields: {", ".join(SILENCE_FIELDS)}, {LABELS}NAME.

  kube-events silence add reason=BackOff involvedObject.namespace=~'shop-.*' --for 2h --comment 'release 14'
  kube-events silence add node=worker-7 --start 2026-11-22T22:00:00Z --end 2026-11-23T02:00:00Z --comment disk
"""


def add_silence(commands: Subcommands) -> None:
    """Add `silence` and what it can do."""
    silence = commands.add_parser(
        "silence",
        help="keep people from being told for a while",
        description="Keep people from being told for a while. What is silenced is still indexed, and a "
        "problem that outlasts its silence is told then. docs/operating.md says more.",
    )
    on_silences = silence.add_subparsers(required=True, metavar="COMMAND")
    _add_adding(on_silences)
    listing = on_silences.add_parser(
        "list",
        help="those that hold or will hold",
        description="List silences, the one that ends first first.",
    )
    listing.add_argument(
        "--expired", action="store_true", help="also those that are over, as long as the table has them"
    )
    listing.add_argument("--json", action="store_true", help="as a JSON list")
    listing.set_defaults(run=_list)
    showing = on_silences.add_parser("show", help="all of one", description="Show one silence.")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", action="store_true", help="as JSON")
    showing.set_defaults(run=_show)
    ending = on_silences.add_parser(
        "expire",
        help="end them now",
        description="End silences now. To end one that is over changes nothing.",
    )
    ending.add_argument("id", metavar="ID", nargs="+")
    ending.set_defaults(run=_expire)
    for each in (listing, showing, ending):
        add_deployment_arguments(each)


def _add_adding(on_silences: Subcommands) -> None:
    adding = on_silences.add_parser(
        "add",
        help="begin one",
        description="Begin a silence and print its id.",
        epilog=_ADDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    adding.add_argument("matchers", metavar="MATCHER", nargs="*", help="see below")
    until = adding.add_mutually_exclusive_group(required=True)
    until.add_argument("--for", dest="for_", metavar="DURATION", help=ALLOWED_DURATIONS)
    until.add_argument("--end", metavar="TIME", help=f"{ALLOWED_TIMES}; of a date its end")
    adding.add_argument("--start", metavar="TIME", help="the same; of a date its beginning (default: now)")
    adding.add_argument("--author", metavar="NAME", help="who silences (default: the user of this machine)")
    adding.add_argument("--comment", metavar="TEXT", required=True, help="why, for whoever wonders about it")
    adding.add_argument(
        "--everything", action="store_true", help="allow matchers that all match a field that is missing"
    )
    add_deployment_arguments(adding)
    adding.set_defaults(run=_add)


def _add(arguments: argparse.Namespace) -> Iterable[str]:
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        matchers = parse_matchers(arguments.matchers)
    except SilenceError as error:
        raise UsageError([str(error)]) from None
    if matches_everything(matchers) and not arguments.everything:
        raise UsageError(
            [
                "this would silence everything, or nearly: expected a matcher that an empty value does not "
                "match, such as reason=BackOff; or --everything, if that is meant"
            ]
        )
    span = span_of(arguments.start, arguments.end, arguments.for_, now=now)
    silence = Silence(
        id="",
        matchers=matchers,
        starts_at=span.start,
        ends_at=span.end,
        created_by=_said("--author", arguments.author if arguments.author is not None else _user()),
        comment=_said("--comment", arguments.comment),
        created_at=now,
    )
    store = SilenceStore(deployment_of(arguments))
    while not store.add(silence := msgspec.structs.replace(silence, id=token_hex(5))):
        pass  # once in 2**40 an id is taken
    yield silence.id
    say(f"effective within {EFFECTIVE_SECONDS} s; ends {silence.ends_at:{TIME}}")


def _list(arguments: argparse.Namespace) -> Iterable[str]:
    now = datetime.now(UTC)
    found = [
        each
        for each in SilenceStore(deployment_of(arguments)).all(say)
        if arguments.expired or each.ends_at > now
    ]
    if arguments.json:
        return [_json(found)]
    if not found:
        say("no silences" if arguments.expired else "no silences: --expired lists those that are over")
    return rows(found, now=now)


def _show(arguments: argparse.Namespace) -> Iterable[str]:
    silence = SilenceStore(deployment_of(arguments)).get(arguments.id)
    return [_json(silence)] if arguments.json else details(silence, now=datetime.now(UTC))


def _expire(arguments: argparse.Namespace) -> Iterator[str]:
    store = SilenceStore(deployment_of(arguments))
    missing: list[str] = []
    for id_ in dict.fromkeys(arguments.id):
        try:
            ended = store.end(id_, now=datetime.now(UTC).replace(microsecond=0))
        except NoSuchSilence as error:
            missing.extend(error.lines)
            continue
        yield f"{id_}: {'ended' if ended else 'was over'}"
    if missing:
        raise CommandError(missing)


def _json(value: object) -> str:
    return json_text(msgspec.to_builtins(value))


def _said(option: str, text: str) -> str:
    if not text.strip():
        raise UsageError([f"{option}: expected a text; it is empty"])
    return text.strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise CommandError(["--author: expected a name: this machine's user has none"]) from None
