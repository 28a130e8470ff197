"""The configuration of kubernetes-event-exporter, read as its Config, Route and Rule are declared."""

from __future__ import annotations

from dataclasses import dataclass

from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.marked_yaml import Marked

TEXTS = ("message", "apiVersion", "kind", "namespace", "reason", "type", "component", "host")
"""Fields of a rule that are regular expressions."""

NAMED = ("labels", "annotations")
_RULE_KEYS = (*TEXTS, *NAMED, "minCount", "receiver")
_ROUTE_KEYS = ("drop", "match", "routes")

_SETTINGS = {
    "logLevel": "the exporter's --log-level",
    "logFormat": "logs are JSON",
    "leaderElection": "the exporter's --leader-election, --lease-name and --lease-namespace; it is on by "
    "default",
    "clusterName": "the exporter's --cluster, and in rules the field cluster.name",
    "kubeQPS": "nothing is looked up for an event unless the exporter is told to --enrich, with a cache "
    "of its own",
    "kubeBurst": "nothing is looked up for an event unless the exporter is told to --enrich, with a "
    "cache of its own",
    "metricsNamePrefix": "metrics have names of their own",
    "omitLookup": "the exporter's --enrich, which is off by default",
    "cacheSize": "the exporter's --enrich-cache-objects",
}
"""Keys that say nothing about who is told: what corresponds."""

_KNOWN = (*_SETTINGS, "throttlePeriod", "maxEventAgeSeconds", "namespace", "route", "receivers")


@dataclass(frozen=True)
class Rule:
    """A rule; fields that are not given are absent."""

    source: Marked
    texts: dict[str, Marked]
    named: dict[str, dict[str, Marked]]
    """`labels` and `annotations`: expressions by key."""
    min_count: int
    receiver: str


@dataclass(frozen=True)
class Route:
    """A node of the tree."""

    source: Marked
    drop: tuple[Rule, ...]
    match: tuple[Rule, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Config:
    """What matters of the whole."""

    route: Route
    receivers: tuple[Marked, ...]
    namespace: str
    uses_lookup: bool


def read_config(document: Marked, findings: Findings) -> Config:
    """Read the document, and note what of it does nothing or has no counterpart.

    Raises:
        CommandError: the exporter would not start with it either.
    """
    fields = document.fields()
    for key, value in fields.items():
        if key in _SETTINGS:
            findings.add(
                value.place, key, Kind.NO_COUNTERPART, f"rules have none; what corresponds: {_SETTINGS[key]}"
            )
        elif key not in _KNOWN:
            findings.add(value.place, key, Kind.BROKEN, "no setting of the exporter, which passed over it")
    _age(document, findings)
    if document.field("route").is_null:
        findings.add(document.place, "route", Kind.BROKEN, "there is none, so nobody was ever told")
    return Config(
        route=_route(document.field("route"), findings),
        receivers=tuple(document.field("receivers").items()),
        namespace=document.field("namespace").text(),
        uses_lookup=document.field("omitLookup").text().lower() != "true",
    )


def _age(document: Marked, findings: Findings) -> None:
    given = [key for key in ("maxEventAgeSeconds", "throttlePeriod") if document.field(key).whole_number()]
    if len(given) == 2:
        place = document.field(given[0]).place
        findings.add(place, " and ".join(given), Kind.BROKEN, "the exporter does not start with both of them")
    for key in given or ["maxEventAgeSeconds"]:
        setting = document.field(key)
        seconds = setting.whole_number() or 5
        place = document.place if setting.is_null else setting.place
        findings.add(
            place,
            key,
            Kind.NO_COUNTERPART,
            f"events older than {seconds} s were thrown away; here nothing is, and what is older than "
            "notify_max_age (30m) is told as one summary",
        )


def _route(source: Marked, findings: Findings) -> Route:
    for key, value in source.fields().items():
        if key not in _ROUTE_KEYS:
            findings.add(
                value.place,
                value.path,
                Kind.BROKEN,
                f"a route has only {', '.join(_ROUTE_KEYS)}; the exporter passed over it",
            )
    return Route(
        source=source,
        drop=tuple(_rule(one, findings) for one in source.field("drop").items()),
        match=tuple(_rule(one, findings) for one in source.field("match").items()),
        routes=tuple(_route(one, findings) for one in source.field("routes").items()),
    )


def _rule(source: Marked, findings: Findings) -> Rule:
    fields = source.fields()
    for key, value in fields.items():
        if key not in _RULE_KEYS:
            findings.add(
                value.place,
                value.path,
                Kind.BROKEN,
                f"no field of a rule, which are {', '.join(_RULE_KEYS)}; the exporter passed over it, so the "
                "rule matches whatever stands here",
            )
    return Rule(
        source=source,
        texts={key: fields[key] for key in TEXTS if key in fields and fields[key].text()},
        named={key: fields[key].fields() for key in NAMED if key in fields},
        min_count=source.field("minCount").whole_number(),
        receiver=source.field("receiver").text(),
    )
