"""Compiles a parsed rule file: what a route leaves to its parent is filled in, as in Alertmanager."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from eventcore.rules.compiled import COMPILED_VERSION, CompiledRoute, CompiledRules, CompiledSeverityRule
from eventcore.rules.rule_file import Route, RuleFile

_ALERTMANAGER = CompiledRoute(
    path="",
    receivers=(),
    continues=False,
    group_by=(),
    group_wait=30.0,
    group_interval=300.0,
    repeat_interval=14_400.0,
    match=None,
    routes=(),
)
"""What the root inherits: Alertmanager's defaults."""


def compile_rules(rule_file: RuleFile, *, source_sha256: str) -> CompiledRules:
    """The compiled form of `rule_file`, whose source has this SHA-256 in hex."""
    route = _compile_route(rule_file.route, _ALERTMANAGER)
    return CompiledRules(
        compiled_version=COMPILED_VERSION,
        source_sha256=source_sha256,
        receivers=tuple(sorted(set(_receivers(route)))),
        drop=rule_file.drop,
        severity=tuple(CompiledSeverityRule(rule.match, rule.severity) for rule in rule_file.severity),
        route=route,
    )


def _compile_route(route: Route, parent: CompiledRoute) -> CompiledRoute:
    """Receivers, group_by and times are inherited; match, continue and routes are a route's own."""
    compiled = CompiledRoute(
        path=route.path,
        receivers=parent.receivers if route.receivers is None else route.receivers,
        continues=route.continues,
        group_by=parent.group_by if route.group_by is None else route.group_by,
        group_wait=parent.group_wait if route.group_wait is None else route.group_wait,
        group_interval=parent.group_interval if route.group_interval is None else route.group_interval,
        repeat_interval=parent.repeat_interval if route.repeat_interval is None else route.repeat_interval,
        match=route.match,
        routes=(),
    )
    return replace(compiled, routes=tuple(_compile_route(one, compiled) for one in route.routes))


def _receivers(route: CompiledRoute) -> Iterator[str]:
    yield from route.receivers
    for one in route.routes:
        yield from _receivers(one)
