"""The neutral notification: what every channel renders to a body of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from eventcore.event import Severity

Status = Literal["firing", "resolved"]


class Fact(Struct, frozen=True):
    """A name and a value that a reader sees side by side."""

    name: str
    value: str


class Link(Struct, frozen=True):
    """Somewhere to look further."""

    title: str
    url: str


class Member(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One event of a notification, by the uid of its Event object, in its latest known state."""

    uid: str
    observation: str
    """Identity of the observation: the id of the document that holds the whole event."""
    severity: Severity
    count: int
    first_seen: datetime
    last_seen: datetime
    type: str = ""
    reason: str = ""
    message: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    node: str = ""


class Notification(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What a receiver is to be told. The same input gives the same id, so a redelivery can be recognised."""

    id: str
    receiver: str
    route: str
    """Path of the route in the rule file, for example route.routes[0]."""
    cluster: str
    title: str
    severity: Severity
    """The worst of its members."""
    first_seen: datetime
    last_seen: datetime
    events: int
    """How often it happened: the sum of the members' counts."""
    objects: int
    """On how many objects."""
    members: tuple[Member, ...]
    status: Status = "firing"
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
