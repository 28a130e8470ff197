"""Which group an event belongs to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple

from eventcore.event import Event
from eventcore.rules.matched_route import MatchedRoute

UNGROUPED = (
    "cluster.name",
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "reason",
)
"""What `group_by: ['...']` groups by: it tells problems apart, and a problem's recovery still finds it."""

_FREE = (
    "metadata.labels.",
    "metadata.annotations.",
    "involvedObject.labels.",
    "involvedObject.annotations.",
)


class GroupRef(NamedTuple):
    """A group, whether it is there yet or not."""

    key: str
    """Of its item in the table."""
    route: MatchedRoute
    values: tuple[tuple[str, str], ...]


def group_of(route: MatchedRoute, event: Event) -> GroupRef:
    """The group in which `route` puts `event`. A field that the event lacks counts as empty."""
    fields = UNGROUPED if route.group_by == ("...",) else route.group_by
    values = tuple((field, _getter(field)(event)) for field in fields)
    return GroupRef(_key(route.identity, route.receiver, values), route, values)


def old_group_of(route: MatchedRoute) -> GroupRef:
    """The group of what is too old to be told by itself: one per receiver."""
    return GroupRef(f"old#{route.receiver}", route, ())


def _key(identity: str, receiver: str, values: tuple[tuple[str, str], ...]) -> str:
    parts = [identity, receiver, *(part for pair in values for part in pair)]
    digest = sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass"))
    return f"group#{receiver}#{digest.hexdigest()[:32]}"


@lru_cache(maxsize=1024)
def _getter(field: str) -> Callable[[Event], str]:
    """Reads the field of the wire's name off the struct."""
    for free in _FREE:
        if field.startswith(free):
            owner = attrgetter(_python_name(free.rstrip(".")))
            label = field.removeprefix(free)
            return lambda event: str(owner(event).get(label, ""))
    get = attrgetter(_python_name(field))

    def value(event: Event) -> str:
        found = get(event)
        return "" if found is None else str(found)

    return value


def _python_name(field: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field)
