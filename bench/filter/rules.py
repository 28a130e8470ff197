"""A rule file with a hundred rules, as a company with fifty teams has it, and the same without an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eventcore.event import Event
from eventcore.patterns import Pattern, compile_pattern
from eventcore.rules import (
    CompiledRules,
    MatchedRoute,
    Ruleset,
    SourceMark,
    compile_rules,
    decode_compiled,
    encode_compiled,
    parse_rules,
)
from eventcore.wire import as_view

NAMESPACES = tuple(f"team-{number:02}" for number in range(50))

DROP: list[dict[str, Any]] = [
    {"reason": ["LeaderElection"]},
    *({"reason": ["Pulled"], "involvedObject": {"namespace": [name]}} for name in NAMESPACES[:4]),
    *({"source": {"component": [f"noisy-operator-{number}"]}} for number in range(3)),
    {"reason": ["Created"], "involvedObject": {"name": [{"prefix": "canary-"}]}},
    {"involvedObject": {"namespace": [{"prefix": "sandbox-"}]}},
]
"""10."""

SEVERITY: list[dict[str, Any]] = [
    {"match": {"reason": ["BackOff"], "count": [{"numeric": [">", 100]}]}, "severity": "critical"},
    {"match": {"reason": ["FailedMount"], "message": [{"wildcard": "*timed out*"}]}, "severity": "critical"},
    {"match": {"message": [{"regex": "(?i)out of memory"}]}, "severity": "critical"},
    {"match": {"involvedObject": {"labels": {"tier": ["db"]}}, "type": ["Warning"]}, "severity": "high"},
    *(
        {
            "match": {"reason": [reason], "involvedObject": {"namespace": list(NAMESPACES[at : at + 5])}},
            "severity": level,
        }
        for reason, level in (("FailedCreatePodSandBox", "critical"), ("FailedGetResourceMetric", "low"))
        for at in range(0, 50, 5)
    ),
    *(
        {"match": {"reason": [f"{kind}Failed"], "source": {"component": ["operator"]}}, "severity": "high"}
        for kind in ("Backup", "Restore", "Sync", "Upgrade", "Renewal", "Import")
    ),
]
"""30."""

ROUTES: list[dict[str, Any]] = [
    {"match": {"severity": ["low"]}, "receivers": []},
    {"match": {"severity": ["critical"]}, "receiver": "on-call", "continue": True},
    {"match": {"message": [{"regex": "certificate .* expired"}]}, "receiver": "security"},
    {"match": {"involvedObject": {"namespace": [{"prefix": "kube-"}]}}, "receiver": "platform"},
    {"match": {"involvedObject": {"kind": ["Node"]}}, "receiver": "platform", "group_by": ["node"]},
    *({"match": {"involvedObject": {"namespace": [name]}}, "receiver": name} for name in NAMESPACES[:45]),
]
"""50; the last five teams share the root's receiver."""

INHIBIT: list[dict[str, Any]] = [
    {
        "source": {"reason": ["NodeNotReady"]},
        "target": {"involvedObject": {"kind": ["Pod"]}},
        "equal": ["cluster.name", "node"],
    },
    *(
        {
            "source": {"reason": [f"{kind}Down"]},
            "target": {"reason": reasons},
            "equal": ["cluster.name", "involvedObject.namespace"],
        }
        for kind, reasons in (
            ("Registry", ["Failed", "BackOff", "ErrImagePull"]),
            ("Storage", ["FailedMount", "FailedAttachVolume", "ProvisioningFailed"]),
            ("Network", ["FailedCreatePodSandBox", "NetworkNotReady"]),
            ("Metrics", ["FailedGetResourceMetric", "FailedComputeMetricsReplicas"]),
            ("Dns", ["Unhealthy"]),
            ("Scheduler", ["FailedScheduling"]),
            ("Quota", ["FailedCreate"]),
            ("Git", ["GitOperationFailed"]),
            ("Webhook", ["FailedCreate", "ReplicaSetCreateError"]),
        )
    ),
]
"""10."""


def hundred_rules() -> CompiledRules:
    """10 drop, 30 set a severity, 50 route, 10 inhibit; a dozen of them ask for no exact value."""
    document = {
        "drop": DROP,
        "severity": SEVERITY,
        "route": {
            "receiver": "ops-mail",
            "group_by": ["cluster.name", "involvedObject.namespace", "reason"],
            "routes": ROUTES,
        },
        "inhibit": INHIBIT,
    }
    return decode_compiled(encode_compiled(compile_rules(parse_rules(document), source_sha256="0" * 64)))


class LinearScan(Ruleset):
    """The same rules, each pattern tried in its order until one matches. What is no matching, such as endings
    and the making of groups, is the Ruleset's own."""

    def __init__(self, compiled: CompiledRules) -> None:
        super().__init__(compiled)
        self._all_drop = _patterns(compiled.drop)
        self._all_severity = _patterns(rule.match for rule in compiled.severity)
        self._all_routes = _patterns(route.match or {} for route in compiled.route.routes)
        self._goes_on = [route.continues for route in compiled.route.routes]
        self._all_sources = _patterns(rule.source for rule in compiled.inhibit)
        self._all_targets = _patterns(rule.target for rule in compiled.inhibit)
        self._seen: tuple[Event, dict[str, Any]] | None = None

    def classify(self, event: Event) -> Event | None:
        """As Ruleset's."""
        view = self._view(event)
        if _first(self._all_drop, view) is not None:
            return None
        _first(self._all_severity, view)
        return super().classify(event)

    def routes(self, event: Event) -> tuple[MatchedRoute, ...]:
        """As Ruleset's, over a tree that has no second level."""
        view = self._view(event)
        found: list[MatchedRoute] = []
        for position, pattern in enumerate(self._all_routes):
            if pattern.matches(view):
                found.extend(self._route._children[position].told)
                if not self._goes_on[position]:
                    return tuple(found)
        return tuple(found) or self._route.told

    def sources(self, event: Event) -> tuple[SourceMark, ...]:
        """As Ruleset's."""
        view = self._view(event)
        return super().sources(event) if any(one.matches(view) for one in self._all_sources) else ()

    def inhibitors(self, event: Event) -> tuple[str, ...]:
        """As Ruleset's."""
        view = self._view(event)
        return super().inhibitors(event) if any(one.matches(view) for one in self._all_targets) else ()

    def _view(self, event: Event) -> dict[str, Any]:
        """Once for all of its patterns."""
        if self._seen is None or self._seen[0] is not event:
            self._seen = event, as_view(event)
        return self._seen[1]


def _patterns(patterns: Iterable[Mapping[str, Any]]) -> list[Pattern]:
    return [compile_pattern(pattern, path="") for pattern in patterns]


def _first(patterns: Iterable[Pattern], view: Mapping[str, Any]) -> int | None:
    return next((position for position, pattern in enumerate(patterns) if pattern.matches(view)), None)
