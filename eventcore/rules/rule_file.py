"""The rule file as written: what parsing has found to be right, before anything is inherited."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from eventcore.event import Severity

RawPattern = dict[str, Any]
"""A pattern as written; parsing has compiled it once, so that it is known to be right."""


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
    routes: tuple[Route, ...] = ()


class RuleFile(Struct, frozen=True, kw_only=True):
    """A whole rule file."""

    route: Route
    drop: tuple[RawPattern, ...] = ()
    severity: tuple[SeverityRule, ...] = ()
