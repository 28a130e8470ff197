"""A receiver to be told, and how: what a rule file's route comes to for one of its receivers."""

from __future__ import annotations

from msgspec import Struct

from eventcore.rules.time_interval import TimeInterval


class MatchedRoute(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A receiver to be told of an event, and how its route groups. Times are in seconds.

    It lies in the table with the group, so that a timer needs no rule file.
    """

    route: str
    """Path of the route in the rule file, such as route.routes[0]."""
    identity: str
    """Hash of the conditions from the root down to it: the same after an edit elsewhere in the file."""
    receiver: str
    group_by: tuple[str, ...]
    """Fields of the event; ("...",) stands for the object and the reason: nothing is grouped."""
    group_wait: float
    group_interval: float
    repeat_interval: float
    resolve_after: float | None = None
    """Instead of the table's, for what is over when it is quiet; None leaves it to the table."""
    mute: tuple[TimeInterval, ...] = ()
    """Nobody is told inside of any of them."""
    active: tuple[TimeInterval, ...] | None = None
    """If not None, nobody is told outside of all of them."""
