"""Silences: what nobody wants to hear of for a while. Their matchers are Alertmanager's.

A silence lies in the state table under `silence#<id>`: who tells looks there, who operates writes there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from eventcore.grouping.group import GroupMember
from eventcore.patterns.errors import Refused
from eventcore.patterns.regex import compile_regex
from eventcore.rules.nearest import one_of

KEY_PREFIX = "silence#"
"""Of an item's `pk`; its id follows."""

KIND = "silence"
"""The item's attribute `kind`, by which the index BY_KIND finds it."""

BY_KIND = "by_kind"
"""The table's index over `kind`."""

ALL: Mapping[str, Any] = {
    "IndexName": BY_KIND,
    "KeyConditionExpression": "#kind = :kind",
    "ExpressionAttributeNames": {"#kind": "kind"},
    "ExpressionAttributeValues": {":kind": {"S": KIND}},
}
"""DynamoDB's Query for all of them, but for the table's name."""

Operator = Literal["=", "!=", "=~", "!~"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)

LABELS = "involvedObject.labels."
"""Followed by the name of a label of the involved object; known where the exporter enriches events."""

_FIELDS: Mapping[str, Callable[[GroupMember], str]] = {
    "cluster.name": attrgetter("cluster"),
    "cluster.region": attrgetter("region"),
    "involvedObject.kind": attrgetter("kind"),
    "involvedObject.name": attrgetter("name"),
    "involvedObject.namespace": attrgetter("namespace"),
    "message": attrgetter("message"),
    "node": attrgetter("node"),
    "reason": attrgetter("reason"),
    "severity": attrgetter("severity"),
    "source.component": attrgetter("component"),
    "type": attrgetter("type"),
}

SILENCE_FIELDS = tuple(_FIELDS)
"""What a matcher may speak of, beside LABELS: as the fields are called in an event and in a rule."""

_MATCHER = re.compile(r"\s*(?P<field>[^=!~\s]+)\s*(?P<operator>=~|!=|!~|=)\s*(?P<value>.*?)\s*", re.DOTALL)


class SilenceError(ValueError):
    """A silence that means nothing. It says what is wrong and what is allowed."""


class Matcher(Struct, frozen=True):
    """One condition: a field of the event, and a text or a regular expression for the whole of it."""

    field: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{json.dumps(self.value, ensure_ascii=False)}"


class Silence(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who silenced what, for how long and why. From `starts_at` on, and before `ends_at`."""

    id: str
    matchers: tuple[Matcher, ...]
    """All of them have to match; without any, everything does."""
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    created_at: datetime


class Silences:
    """Silences, compiled."""

    def __init__(self, silences: Iterable[Silence]) -> None:
        """
        Raises:
            SilenceError: a matcher of one means nothing.
        """
        self._silences = tuple(
            (each.starts_at.timestamp(), each.ends_at.timestamp(), tuple(map(_compiled, each.matchers)))
            for each in silences
        )

    def silenced(self, member: GroupMember, now: float) -> bool:
        """Whether one of them, at `now` (seconds since the epoch), silences `member`."""
        return any(
            starts_at <= now < ends_at and all(matches(member) for matches in matchers)
            for starts_at, ends_at, matchers in self._silences
        )


def parse_matchers(texts: Sequence[str]) -> tuple[Matcher, ...]:
    """Matchers as amtool takes them: `reason=BackOff`, `involvedObject.namespace=~"shop-.*"`, `node!=web-1`.

    Raises:
        SilenceError: one of them is none, speaks of a field that no event has, or holds no usable expression.
    """
    return tuple(map(_parsed, texts))


def matches_everything(matchers: Iterable[Matcher]) -> bool:
    """Whether an event of which nothing is known matches, so that it takes a mistake for most of what
    happens. Alertmanager refuses these silences too."""
    return all(_test(matcher)("") for matcher in matchers)


def encode_silence(silence: Silence) -> str:
    """The item's attribute `silence`."""
    return msgspec.json.encode(silence).decode()


def decode_silence(text: str) -> Silence:
    """Read it back.

    Raises:
        SilenceError: it is no silence, or one that means nothing here.
    """
    try:
        silence = msgspec.json.decode(text, type=Silence)
    except msgspec.MsgspecError as error:
        raise SilenceError(f"no silence: {error}") from None
    if silence.starts_at.tzinfo is None or silence.ends_at.tzinfo is None:
        raise SilenceError("no silence: its times have no offset from UTC")
    for matcher in silence.matchers:
        _compiled(matcher)
    return silence


def _parsed(text: str) -> Matcher:
    found = _MATCHER.fullmatch(text)
    if not found:
        raise SilenceError(
            f"{text!r}: expected FIELD, one of {' '.join(OPERATORS)}, and a value, such as reason=BackOff"
        )
    matcher = Matcher(found["field"], found["operator"], _unquoted(found["value"], text))  # type: ignore[arg-type]
    _compiled(matcher)
    return matcher


def _unquoted(value: str, text: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        unquoted = json.loads(value, strict=False)
    except ValueError:
        unquoted = None
    if not isinstance(unquoted, str):
        raise SilenceError(
            f'{text!r}: expected after "{value[0]}" a text with another one at its end, as in JSON: '
            r"\" and \\ stand for what they hide"
        )
    return unquoted


def _compiled(matcher: Matcher) -> Callable[[GroupMember], bool]:
    read, test = _reader(matcher.field), _test(matcher)
    return lambda member: test(read(member))


def _reader(field: str) -> Callable[[GroupMember], str]:
    if (read := _FIELDS.get(field)) is not None:
        return read
    label = field.removeprefix(LABELS)
    if label != field and label:
        return lambda member: member.labels.get(label, "")
    # People say `namespace`: that is far from any whole name, but the end of one.
    meant = next((known for known in SILENCE_FIELDS if known.endswith(f".{field}")), None)
    near = f"one of {', '.join(SILENCE_FIELDS)}; did you mean {meant}?" if meant else None
    raise SilenceError(
        f"{field}: expected a field of the event, {near or one_of(SILENCE_FIELDS, field)} "
        f"(and {LABELS}NAME for labels)"
    )


def _test(matcher: Matcher) -> Callable[[str], bool]:
    """Of a field's value; one that the event lacks is "", as in Alertmanager."""
    wanted = matcher.operator in ("=", "=~")
    if matcher.operator in ("=", "!="):
        return lambda value: (value == matcher.value) is wanted
    try:
        # All of the value has to match, as in Alertmanager.
        found = compile_regex(matcher.value)
    except Refused as refused:
        raise SilenceError(f"{matcher}: expected {refused.allowed}") from None
    return lambda value: found(value) is wanted
