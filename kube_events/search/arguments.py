"""The arguments of `kube-events search`, and what they ask for."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta, tzinfo

from eventcore.event import SEVERITIES
from kube_events.errors import CommandError
from kube_events.opensearch.arguments import add_connection_arguments
from kube_events.search.criteria import Criteria, ObjectName
from kube_events.search.kinds import kind_of
from kube_events.search.output import FORMS
from kube_events.search.selector import Requirement, SelectorError, parse_selector
from kube_events.times import TimeError, beginning, end

LOOK_BACK = timedelta(hours=24)
"""Without --since. Kubernetes itself remembers one hour."""

MAX_VALUE = 512
"""Characters of a name; Kubernetes' own have 253 at most. One request with a pattern of 9,000
characters ends an OpenSearch 3.4 by a stack overflow; of 4,000 it takes 20 seconds."""

_FIELDS = {
    "namespace": "involvedObject.namespace",
    "cluster": "cluster.name",
    "kind": "involvedObject.kind",
    "name": "involvedObject.name",
    "node": "node",
    "reason": "reason",
    "type": "type",
    "component": "source.component",
}
"""The option, and the field it is about."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them all."""
    _add_filters(parser.add_argument_group("what", "Everything has to fit; of one option given again, any."))
    _add_times(parser.add_argument_group("when"))
    _add_output(parser.add_argument_group("how"))
    add_connection_arguments(parser)


def _add_filters(what: argparse._ArgumentGroup) -> None:
    def many(*names: str, metavar: str, about: str) -> None:
        what.add_argument(*names, action="append", type=_values, default=[], metavar=metavar, help=about)

    many("-n", "--namespace", metavar="NAMESPACE", about="of the object (default: all, and none)")
    many("--cluster", metavar="CLUSTER", about="as its exporter calls it (default: all)")
    many("--kind", metavar="KIND", about="of the object: Pod, deploy, nodes, …")
    many("--name", metavar="NAME", about="of the object; web-* means every name that begins so")
    what.add_argument(
        "--for",
        dest="objects",
        action="append",
        type=_object,
        default=[],
        metavar="KIND/NAME",
        help="this object and what it owns: deployment/web with its Pods, where events are enriched",
    )
    many("--node", metavar="NODE", about="on which it happened")
    many("--reason", metavar="REASON", about="BackOff, FailedScheduling, …")
    many("--type", metavar="TYPE", about="Normal or Warning")
    many("--component", metavar="NAME", about="who reported it: kubelet, default-scheduler, …")
    what.add_argument("--severity", choices=SEVERITIES, help="this severity or a worse one")
    what.add_argument(
        "-l",
        "--selector",
        action="append",
        type=_selector,
        default=[],
        metavar="LABELS",
        help="of the object or of the event: app=web,tier!=cache, where events are enriched; each has to fit",
    )
    what.add_argument(
        "--message",
        action="append",
        type=_words,
        default=[],
        metavar="WORDS",
        help="words that stand in the message in this order, without regard to case; each has to fit",
    )


def _add_times(when: argparse._ArgumentGroup) -> None:
    when.add_argument(
        "--since",
        metavar="TIME",
        help="2h, 7d, 2026-11-21, 2026-11-21T02:00:00Z (default: 24h before --until)",
    )
    when.add_argument(
        "--until", metavar="TIME", help="the same; a date is meant with its whole day (default: no end)"
    )
    when.add_argument(
        "--local", action="store_true", help="read and show times in this machine's zone instead of UTC"
    )


def _add_output(how: argparse._ArgumentGroup) -> None:
    how.add_argument(
        "--all", action="store_true", help="every state of an event, not only the newest that fits"
    )
    how.add_argument(
        "--limit", type=_limit, default=500, metavar="N", help="the newest N; 0: without limit (default: 500)"
    )
    how.add_argument("--reverse", action="store_true", help="the newest first")
    how.add_argument("-o", "--output", choices=FORMS, default="table", help="(default: table)")
    how.add_argument(
        "--partial",
        action="store_true",
        help="what there is while a part of the indices does not answer, which is said (default: an error)",
    )
    how.add_argument("--no-headers", action="store_true", help="a table without its titles")
    how.add_argument("-f", "--follow", action="store_true", help="then show what is new, until Ctrl-C")


def criteria_of(arguments: argparse.Namespace, *, now: datetime) -> Criteria:
    """What the arguments ask for.

    Raises:
        CommandError: a time cannot be read, or arguments do not fit one another.
    """
    zone = zone_of(arguments)
    try:
        until = None if arguments.until is None else end(arguments.until, now=now, zone=zone)
    except TimeError as error:
        raise CommandError([f"--until: {error}"]) from None
    try:
        since = (
            (until or now) - LOOK_BACK
            if arguments.since is None
            else beginning(arguments.since, now=now, zone=zone)
        )
    except TimeError as error:
        raise CommandError([f"--since: {error}"]) from None
    except OverflowError:
        raise CommandError([f"--until: {arguments.until!r} is at the beginning of the calendar"]) from None
    if until is not None and until <= since:
        raise CommandError(
            [f"--until is {until.isoformat()}, and --since, {since.isoformat()}, is not before it"]
        )
    return Criteria(
        since=since,
        until=until,
        fields={
            field: tuple(
                kind_of(each) if option == "kind" else each
                for values in getattr(arguments, option)
                for each in values
            )
            for option, field in _FIELDS.items()
            if getattr(arguments, option)
        },
        severity=arguments.severity,
        objects=tuple(arguments.objects),
        labels=tuple(each for selector in arguments.selector for each in selector),
        phrases=tuple(arguments.message),
    )


def check_output(arguments: argparse.Namespace) -> None:
    """Raises CommandError where the options of output exclude one another."""
    if not arguments.follow:
        return
    if arguments.until is not None:
        raise CommandError(["--follow has no end: leave --until away"])
    if arguments.reverse:
        raise CommandError(["--follow shows the newest last: leave --reverse away"])
    if arguments.output in ("json", "yaml"):
        raise CommandError([f"-o {arguments.output} is one list, and --follow has no end: take -o jsonl"])


def zone_of(arguments: argparse.Namespace) -> tzinfo | None:
    """UTC, as in logs and in Kubernetes itself; None, this machine's zone, with --local."""
    return None if arguments.local else UTC


def _values(text: str) -> tuple[str, ...]:
    values = tuple(part.strip() for part in text.split(","))
    if not all(values):
        raise argparse.ArgumentTypeError(f"{text!r}: values separated by commas")
    return tuple(_name(value) for value in values)


def _name(text: str) -> str:
    """A value, perhaps with `*`. Several in a row mean no more than one."""
    name = re.sub(r"\*+", "*", text)
    if len(name) > MAX_VALUE:
        raise argparse.ArgumentTypeError(
            f"{name[:20]!r}…: {len(name)} characters, and at most {MAX_VALUE} are allowed"
        )
    return name


def _words(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected words")
    return text


def _object(text: str) -> ObjectName:
    kind, slash, name = text.partition("/")
    if not (kind and slash and name) or "/" in name:
        raise argparse.ArgumentTypeError(f"{text!r}: expected KIND/NAME, such as deployment/web")
    return ObjectName(_name(kind_of(kind)), _name(name))


def _selector(text: str) -> tuple[Requirement, ...]:
    try:
        return parse_selector(text)
    except SelectorError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _limit(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 0, which is no limit, to 999999999")
    return int(text)
