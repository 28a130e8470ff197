"""From an object up to the last of its owners. Pure: `find` is what looks things up."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from eventcore.event import Event, Owner
from exporter.enrich.cache import Found, Missing
from exporter.enrich.metadata import Known
from exporter.enrich.reference import Reference, owning

MAX_OWNERS = 5
"""A Pod of a CronJob of an operator's object has three. Whoever makes objects can make chains of any
length."""


class Facts(NamedTuple):
    """What an event is enriched with."""

    known: Known | None
    owners: tuple[Owner, ...]
    reason: str
    """What is missing and why; empty if nothing is."""


def follow(reference: Reference, find: Callable[[Reference], Found | None]) -> Facts | None:
    """The object and its chain of owners; None as soon as `find` gives None."""
    found = find(reference)
    if found is None:
        return None
    if isinstance(found, Missing):
        return Facts(None, (), found.reason)
    owners: list[Owner] = []
    seen = {found.uid}
    at = found
    while at.controller is not None and at.controller.uid not in seen:
        owner = at.controller
        seen.add(owner.uid)
        owners.append(owner)
        if len(owners) == MAX_OWNERS:
            break
        above = find(owning(owner, reference.namespace))
        if above is None:
            return None
        if isinstance(above, Missing):
            return Facts(found, tuple(owners), f"owners above {owner.kind} {owner.name}: {above.reason}")
        at = above
    return Facts(found, tuple(owners), "")


def enriched(event: Event, facts: Facts) -> Event:
    """The event with what is known; it says itself what is not."""
    if facts.known is None:
        return replace(event, not_enriched=facts.reason)
    return replace(
        event,
        involved_object=replace(
            event.involved_object,
            labels=facts.known.labels,
            annotations=facts.known.annotations,
            owners=facts.owners,
        ),
        not_enriched=facts.reason,
        truncated=tuple(sorted({*event.truncated, *facts.known.truncated})),
    )
