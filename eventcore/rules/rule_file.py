"""The rule file as written: what parsing has found to be right, before anything is inherited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from eventcore.event import Severity
from eventcore.rules.time_interval import TimeInterval

RawPattern = dict[str, Any]
"""A pattern as written; parsing has compiled it once, so that it is known to be right."""

NOTIFY_MAX_AGE = 1800.0
"""Seconds. Older events are told in one summary: after half an hour somebody has looked by himself."""

KEEP_SOURCE = 3600.0
"""Seconds for which the source of an inhibition lasts if nothing ends it. Node events are said once, and what
dies with a node goes on saying so for minutes."""


class SeverityRule(Struct, frozen=True):
    """Events that match get this severity."""

    match: RawPattern
    severity: Severity


class Route(Struct, frozen=True, kw_only=True):
    """A node of the routing tree. None is what the file leaves to the parent."""

    path: str
    """Its place in the file, such as route.routes[0]."""
    match: RawPattern | None = None
    receivers: tuple[str, ...] | None = None
    """Empty: told to nobody."""
    continues: bool = False
    group_by: tuple[str, ...] | None = None
    group_wait: float | None = None
    group_interval: float | None = None
    repeat_interval: float | None = None
    resolve_after: float | None = None
    mute_time_intervals: tuple[str, ...] = ()
    """Names. As in Alertmanager, neither is inherited."""
    active_time_intervals: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()


class Inhibition(Struct, frozen=True, kw_only=True):
    """While an event that matches `source` lasts, those that match `target` are not told, if they are equal
    to it."""

    source: RawPattern
    target: RawPattern
    equal: tuple[str, ...] = ()
    """Fields that both have alike; what neither has is alike."""
    keep: float = KEEP_SOURCE
    """Seconds for which a source lasts if no recovery ends it sooner."""


class RecoveryEntry(Struct, frozen=True, kw_only=True):
    """How problems end: instead of what the built-in table says of these reasons."""

    problem: tuple[str, ...]
    recovered_by: tuple[str, ...] = ()
    kind: str = ""
    """Of the involved object; "" is every kind."""
    resolve_after: float | None = None
    """Seconds without news after which the problem is over."""


class RuleFile(Struct, frozen=True, kw_only=True):
    """A whole rule file."""

    route: Route
    drop: tuple[RawPattern, ...] = ()
    severity: tuple[SeverityRule, ...] = ()
    inhibit: tuple[Inhibition, ...] = ()
    recoveries: tuple[RecoveryEntry, ...] = ()
    time_intervals: Mapping[str, tuple[TimeInterval, ...]] = {}
    notify_max_age: float = NOTIFY_MAX_AGE
