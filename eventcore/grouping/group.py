"""The state of a group, as it lies in the table between two functions.

All times are seconds since the epoch.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from eventcore.event import SEVERITIES, Severity
from eventcore.notification import Notification
from eventcore.rules.matched_route import MatchedRoute

MAX_MEMBERS = 200
"""Event objects that a group remembers by their uid."""

MAX_MESSAGE = 500
"""Characters of a message that a group remembers. The index has the whole one."""

MAX_VALUE = 500
"""Bytes of a value that a group remembers to be grouped by. Its key is made of the whole one."""

OPEN_AT_MOST = 24 * 3600.0
"""Seconds without news after which a problem that only a recovery ends is no longer taken to go on: the
recovery was missed, or the object is gone."""

Kind = Literal["group", "old"]
"""`old` is a receiver's one summary of what was too old to be told by itself."""


class Ending(Struct, frozen=True, omit_defaults=True):
    """How a problem ends. Without either it is a moment: told once, and never resolved."""

    recovers: bool = False
    """There is a reason that says that it is over."""
    quiet: float | None = None
    """Seconds without news of it after which it is over."""

    @property
    def comes(self) -> bool:
        """Whether it can end at all, so that until then it is open."""
        return self.recovers or self.quiet is not None


class GroupMember(Struct, kw_only=True, omit_defaults=True):
    """One Event object in a group, in its newest known state, with what was told of it."""

    uid: str
    observation: str
    cluster: str
    region: str = ""
    """Of the cluster."""
    severity: Severity
    count: int
    first_seen: float
    last_seen: float
    """By the time under which the event is filed, so that a node's wrong clock puts no recovery before its
    problem."""
    heard: float
    """When we learnt of its newest state."""
    type: str = ""
    reason: str = ""
    message: str = ""
    """Its first MAX_MESSAGE characters."""
    component: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    node: str = ""
    labels: dict[str, str] = {}
    """Of the involved object, for silences."""
    ending: Ending = Ending()
    ended: float | None = None
    """When the problem recovered, or had been quiet for long enough."""
    recovered: bool = False
    """It ended with a recovery, not by being quiet."""
    inhibitors: tuple[str, ...] = ()
    """Keys of the sources that mute it while they last."""
    told: int = 0
    """The count that somebody has been told; 0: never told."""
    settled: int = 0
    """The count of which nobody needs to be told: silenced, inhibited, or over before it was told."""
    announced: Severity | None = None
    """The severity with which its present episode was told; None: it was not."""

    @property
    def fresh(self) -> int:
        """How often it happened that nobody was told of, and somebody is to be."""
        return max(0, self.count - max(self.told, self.settled))

    @property
    def is_news(self) -> bool:
        """Whether it is a reason to tell: it is new, worse than told, or over."""
        if self.announced is None:
            return self.fresh > 0
        return self.ended is not None or SEVERITIES.index(self.severity) < SEVERITIES.index(self.announced)

    def is_open(self, now: float) -> bool:
        """Whether it goes on, as far as we know."""
        if self.ended is not None or not self.ending.comes:
            return False
        return self.ending.quiet is not None or now - self.heard < OPEN_AT_MOST


class Outgoing(Struct, frozen=True):
    """The message that a wake-up of this generation gave, kept until the next, so that a second delivery of
    that wake-up tells exactly the same."""

    generation: int
    notification: Notification
    made: float = 0.0
    """When the timer fired."""


class Group(Struct, kw_only=True, omit_defaults=True):
    """One group: a route, the values it groups by, and a receiver."""

    key: str
    """Of its item in the table."""
    route: MatchedRoute
    created: float
    kind: Kind = "group"
    values: tuple[tuple[str, str], ...] = ()
    """Field and value of what it groups by."""
    generation: int = 0
    """Of its timer. A wake-up with another generation, or another due time, does nothing."""
    due: float | None = None
    """When the timer fires; None: none is set."""
    flushed: float | None = None
    """When a timer last fired."""
    told_at: float | None = None
    """When somebody was last told."""
    members: dict[str, GroupMember] = {}
    """By uid; at most MAX_MEMBERS."""
    held: float | None = None
    """Since when a mute time has held it back; None: none does."""
    overflow: int = 0
    """More Event objects than it remembers, since the last message: at least so many."""
    outgoing: Outgoing | None = None
