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
    """How often it happened in all."""
    since: int | None = None
    """How often of those since the message before; None: all of them."""
    resolved: bool = False
    first_seen: datetime
    last_seen: datetime
    type: str = ""
    reason: str = ""
    message: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    node: str = ""


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the most telling messages of many members."""

    message: str
    members: int
    """That say it."""
    severity: Severity


class Part(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A group's message inside of a digest of several groups."""

    id: str
    title: str
    severity: Severity
    events: int
    objects: int
    at_least: bool = False
    status: Status = "firing"


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
    """How often it happened since the message before it."""
    objects: int
    """On how many objects."""
    members: tuple[Member, ...]
    """The top ones: worst first, then those that happened most often."""
    at_least: bool = False
    """There were more than we could count: `events` and `objects` are lower bounds."""
    messages: tuple[Said, ...] = ()
    """The most telling ones, different from one another."""
    parts: tuple[Part, ...] = ()
    """Of a digest of several groups: the groups, worst first; the first ones of them, where they are many."""
    groups: int = 1
    """How many groups it speaks for."""
    status: Status = "firing"
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
