"""The words of a group's message: its title and the facts beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

from eventcore.grouping.group import Group, GroupMember

_FACTS = {
    "cluster.region": "Region",
    "cluster.account": "Account",
    "severity": "Severity",
}
"""What a reader calls some fields that groups are made by. Those that every message says are named there; any
other is called as it is."""

_LABELS = ("involvedObject.labels.", "metadata.labels.")


def subject(member: GroupMember) -> str:
    """`Pod shop/web-1`, or what is there of it."""
    name = "/".join(part for part in (member.namespace, member.name) if part)
    return " ".join(part for part in (member.kind, name) if part) or "an object without a name"


def objects_of(members: Iterable[GroupMember]) -> set[tuple[str, str, str, str]]:
    """The objects that the members are about."""
    return {(member.cluster, member.kind, member.namespace, member.name) for member in members}


def title_of(group: Group, members: Collection[GroupMember], *, events: int, at_least: bool) -> str:
    """`BackOff: Pod shop/web-1 (prod)` of one object, `BackOff: 12 objects in shop (prod)` of several."""
    if group.kind == "old":
        return _old_title(members, events=events, at_least=at_least)
    objects = len(objects_of(members))
    cluster = _few(Counter(member.cluster for member in members), "clusters")
    what = _few(Counter(member.reason or member.type or "Event" for member in members), "reasons")
    if objects == 1 and not at_least:
        return f"{what}: {subject(next(iter(members)))} ({cluster})"
    least = "at least " if at_least else ""
    return (
        f"{what}: {least}{objects:,} {'object' if objects == 1 else 'objects'}{_where(members)} ({cluster})"
    )


def _old_title(members: Collection[GroupMember], *, events: int, at_least: bool) -> str:
    objects = len(objects_of(members))
    first, last = (moment(pick(member.last_seen for member in members)) for pick in (min, max))
    form = "%H:%M" if first.date() == last.date() else "%Y-%m-%d %H:%M"
    period = f"{first:{form}}" if first == last else f"{first:{form}}–{last:{form}}"
    return (
        f"{'at least ' if at_least else ''}{events:,} {'event' if events == 1 else 'events'} on {objects:,} "
        f"{'object' if objects == 1 else 'objects'} {'was' if events == 1 else 'were'} not told in time "
        f"({period})"
    )


def _few(counted: Counter[str], many: str) -> str:
    """The one, `one and another`, or `one and 4 more reasons`, the most frequent first."""
    names = [name for name, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])) if name]
    if len(names) <= 2:
        return " and ".join(names) or "unknown"
    return f"{names[0]} and {len(names) - 1} more {many}"


def _where(members: Iterable[GroupMember]) -> str:
    namespaces = Counter(member.namespace for member in members)
    if len(namespaces) == 1:
        namespace = next(iter(namespaces))
        if namespace:
            return f" in {namespace}"
        nodes = {member.node for member in members}
        node = next(iter(nodes))
        return f" on {node}" if len(nodes) == 1 and node else ""
    return f" in {len(namespaces)} namespaces"


def facts_of(group: Group, members: Collection[GroupMember]) -> Iterator[tuple[str, str]]:
    """Names and values of what holds for all of the members; the values may be empty."""
    if len(objects_of(members)) == 1:
        member = next(iter(members))
        yield "Cluster", member.cluster
        yield "Object", subject(member)
        yield "Node", _same(member.node for member in members) if member.kind != "Node" else ""
    else:
        clusters = sorted({member.cluster for member in members})
        yield "Cluster" if len(clusters) == 1 else "Clusters", ", ".join(clusters[:5])
        yield "Namespace", _same(member.namespace for member in members)
        yield "Node", _same(member.node for member in members)
    yield "Reason", _same(member.reason for member in members)
    yield "Type", _same(member.type for member in members)
    yield "Reported by", _same(member.component for member in members)
    told = {"cluster.name", "involvedObject.namespace", "involvedObject.name", "involvedObject.kind", "node"}
    told |= {"reason", "type", "source.component"}
    for field, value in group.values:
        if field not in told:
            yield _name_of(field), value


def _same(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""


def _name_of(field: str) -> str:
    for labels in _LABELS:
        if field.startswith(labels):
            return f"Label {field.removeprefix(labels)}"
    return _FACTS.get(field, field)


def moment(seconds: float) -> datetime:
    """Of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
