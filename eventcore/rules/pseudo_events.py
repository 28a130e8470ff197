"""The problems that a recovery may end, as events: so that their groups are found as the events' groups
were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from eventcore.event import SEVERITIES, Event

Variants = Callable[[Event], Iterator[Event]]


def problem_events(recovery: Event, reason: str, fields: Iterable[str]) -> list[Event]:
    """What a problem with this reason may have looked like, as far as `fields` (of a group_by) are about it.

    Each of `unknowable(fields)` makes it a guess, the recovery's own value; otherwise nothing is missing.
    """
    found = [replace(recovery, reason=reason)]
    for field in fields:
        variants = _variants(field)
        if variants is not None:
            found = [variant for one in found for variant in variants(one)]
    return found


def unknowable(fields: Iterable[str]) -> tuple[str, ...]:
    """Those of `fields` that tell nothing to a recovery: groups by them are not found by it, and what is in
    them ends by being quiet only."""
    return tuple(field for field in fields if field not in _SHARED and _variants(field) is None)


_SHARED = frozenset(
    {
        "...",
        "cluster.name",
        "cluster.region",
        "cluster.account",
        "reason",
        "record",
        "schemaVersion",
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "metadata.namespace",
    }
)
"""What problem and recovery have alike, or what the pseudo-event is given."""


def _variants(field: str) -> Variants | None:
    if field.startswith(("involvedObject.labels.", "involvedObject.annotations.")):
        return _unlabelled
    return _VARIANTS.get(field)


def _severities(event: Event) -> Iterator[Event]:
    return (replace(event, severity=severity) for severity in SEVERITIES)


def _types(event: Event) -> Iterator[Event]:
    return (replace(event, type=one) for one in ("Warning", "Normal"))


def _nodes(event: Event) -> Iterator[Event]:
    """What happens to a Node happens on it; a Pod's problem may be older than its place."""
    yield event
    if event.involved_object.kind != "Node" and event.node:
        yield replace(event, node="")


def _components(event: Event) -> Iterator[Event]:
    """As the severity's table, source.component stands for both ways to say who reported."""
    for component in {event.source.component, *_ALSO_REPORTED_BY.get(event.source.component, ())}:
        yield replace(event, source=replace(event.source, component=component))


def _reporting(event: Event) -> Iterator[Event]:
    for component in {event.reporting_component, *_ALSO_REPORTED_BY.get(event.reporting_component, ())}:
        yield replace(event, reporting_component=component)


_ALSO_REPORTED_BY = {"kubelet": ("node-controller",)}
"""A kubelet says that its node is ready again; that it is not, says the node controller."""


def _unlabelled(event: Event) -> Iterator[Event]:
    """An exporter that has just started may not know the object's labels yet."""
    yield event
    if event.involved_object.labels or event.involved_object.annotations:
        yield replace(event, involved_object=replace(event.involved_object, labels={}, annotations={}))


_VARIANTS: dict[str, Variants] = {
    "severity": _severities,
    "type": _types,
    "node": _nodes,
    "source.component": _components,
    "reportingComponent": _reporting,
}
