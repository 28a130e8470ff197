"""Which group an event belongs to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from eventcore.event import Cluster, ContainerExit, Event, InvolvedObject, Metadata, Owner, Source
from eventcore.rules.matched_route import MatchedRoute

UNGROUPED = (
    "cluster.name",
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "reason",
)
"""What `group_by: ['...']` groups by: it tells problems apart, and a problem's recovery still finds it."""

FREE_FIELDS = (
    "metadata.labels.",
    "metadata.annotations.",
    "involvedObject.labels.",
    "involvedObject.annotations.",
)
"""Before a name that anybody may choose."""

_OWNERS = "involvedObject.owners."

_ATTRIBUTES = {
    wire: attribute
    for struct in (Event, Cluster, Metadata, InvolvedObject, Owner, ContainerExit, Source)
    for wire, attribute in zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True)
}
"""A field's name on the wire to its name here; the same name means the same in every struct."""


class GroupRef(NamedTuple):
    """A group, whether it is there yet or not."""

    key: str
    """Of its item in the table."""
    route: MatchedRoute
    values: tuple[tuple[str, str], ...]


def group_of(route: MatchedRoute, event: Event) -> GroupRef:
    """The group in which `route` puts `event`. A field that the event lacks counts as empty."""
    values = values_of(route.group_by, event)
    return GroupRef(_key(route.identity, route.receiver, values), route, values)


def values_of(fields: tuple[str, ...], event: Event) -> tuple[tuple[str, str], ...]:
    """Each field with what the event has there, "" for nothing; ("...",) stands for UNGROUPED."""
    return tuple([(field, getter(event)) for field, getter in _getters(fields)])


def old_group_of(route: MatchedRoute, notify_max_age: float) -> GroupRef:
    """The group of what is too old to be told by itself: one per receiver, told once in `notify_max_age`
    seconds at most."""
    old = replace(route, group_by=(), group_interval=max(route.group_interval, notify_max_age))
    return GroupRef(f"old#{route.receiver}", old, ())


@lru_cache(maxsize=4096)
def _key(identity: str, receiver: str, values: tuple[tuple[str, str], ...]) -> str:
    """Remembered: the many events of a batch are of few groups."""
    parts = [identity, receiver, *(part for pair in values for part in pair)]
    digest = sha256("".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass"))
    return f"group#{receiver}#{digest.hexdigest()[:32]}"


_Getter = Callable[[Event], str]


@lru_cache(maxsize=1024)
def _getters(group_by: tuple[str, ...]) -> tuple[tuple[str, _Getter], ...]:
    fields = UNGROUPED if group_by == ("...",) else group_by
    return tuple((field, _getter(field)) for field in fields)


def _getter(field: str) -> _Getter:
    """Reads the field of the wire's name off the struct."""
    for free in FREE_FIELDS:
        if field.startswith(free):
            labels_of, label = attrgetter(_path(free.rstrip("."))), field.removeprefix(free)
            return lambda event: str(labels_of(event).get(label, ""))
    if field.startswith(_OWNERS):
        of_owner = attrgetter(_path(field.removeprefix(_OWNERS)))
        return lambda event: next((str(of_owner(owner)) for owner in event.involved_object.owners), "")
    if field == "record":
        return lambda _: "event"
    get = attrgetter(_path(field))

    def value(event: Event) -> str:
        try:
            return _text(get(event))
        except AttributeError:
            return ""  # of a part that this event lacks: related, container

    return value


def _path(field: str) -> str:
    return ".".join(_ATTRIBUTES[name] for name in field.split("."))


def _text(value: object) -> str:
    """As it stands on the wire, so that a reader of the group's values knows it."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)
