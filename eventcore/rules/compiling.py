"""Compiles a parsed rule file: what a route leaves to its parent is filled in, as in Alertmanager."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import replace

from eventcore.rules.compiled import (
    COMPILED_VERSION,
    CompiledInhibition,
    CompiledRecovery,
    CompiledRoute,
    CompiledRules,
    CompiledSeverityRule,
)
from eventcore.rules.rule_file import Route, RuleFile

_ALERTMANAGER = CompiledRoute(
    path="",
    identity="",
    receivers=(),
    continues=False,
    group_by=(),
    group_wait=30.0,
    group_interval=300.0,
    repeat_interval=14_400.0,
    resolve_after=None,
    mute_time_intervals=(),
    active_time_intervals=(),
    match=None,
    routes=(),
)
"""What the root inherits: Alertmanager's defaults."""

_IDENTITY_CHARACTERS = 16
"""64 bits of a SHA-256 in hex tell the routes of a file apart."""


def compile_rules(rule_file: RuleFile, *, source_sha256: str) -> CompiledRules:
    """The compiled form of `rule_file`, whose source has this SHA-256 in hex."""
    route = _compile_route(rule_file.route, _ALERTMANAGER, identity=_identity("", None, 0))
    return CompiledRules(
        compiled_version=COMPILED_VERSION,
        source_sha256=source_sha256,
        receivers=tuple(sorted(set(_receivers(route)))),
        drop=rule_file.drop,
        severity=tuple(CompiledSeverityRule(rule.match, rule.severity) for rule in rule_file.severity),
        route=route,
        inhibit=tuple(
            CompiledInhibition(source=one.source, target=one.target, equal=one.equal, keep=one.keep)
            for one in rule_file.inhibit
        ),
        recoveries=tuple(
            CompiledRecovery(
                problem=one.problem,
                recovered_by=one.recovered_by,
                kind=one.kind,
                resolve_after=one.resolve_after,
            )
            for one in rule_file.recoveries
        ),
        time_intervals=dict(rule_file.time_intervals),
        notify_max_age=rule_file.notify_max_age,
    )


def _compile_route(route: Route, parent: CompiledRoute, *, identity: str) -> CompiledRoute:
    """Receivers, group_by and times are inherited; match, continue, time intervals and routes are its own."""
    compiled = CompiledRoute(
        path=route.path,
        identity=identity,
        receivers=parent.receivers if route.receivers is None else route.receivers,
        continues=route.continues,
        group_by=parent.group_by if route.group_by is None else route.group_by,
        group_wait=parent.group_wait if route.group_wait is None else route.group_wait,
        group_interval=parent.group_interval if route.group_interval is None else route.group_interval,
        repeat_interval=parent.repeat_interval if route.repeat_interval is None else route.repeat_interval,
        resolve_after=parent.resolve_after if route.resolve_after is None else route.resolve_after,
        mute_time_intervals=route.mute_time_intervals,
        active_time_intervals=route.active_time_intervals,
        match=route.match,
        routes=(),
    )
    identities = _identities(route.routes, identity)
    return replace(
        compiled,
        routes=tuple(
            _compile_route(one, compiled, identity=own)
            for one, own in zip(route.routes, identities, strict=True)
        ),
    )


def _identities(routes: Sequence[Route], parent: str) -> Iterator[str]:
    """Of siblings with the same condition, each has its number among them."""
    seen: Counter[bytes] = Counter()
    for route in routes:
        condition = _canonical(route.match)
        yield _identity(parent, route.match, seen[condition])
        seen[condition] += 1


def _identity(parent: str, match: dict[str, Any] | None, number: int) -> str:
    said = f"{parent} {number} ".encode() + _canonical(match)
    return sha256(said).hexdigest()[:_IDENTITY_CHARACTERS]


def _canonical(match: dict[str, Any] | None) -> bytes:
    return msgspec.json.encode(match, order="sorted")


def _receivers(route: CompiledRoute) -> Iterator[str]:
    yield from route.receivers
    for one in route.routes:
        yield from _receivers(one)
