"""Whether a route may tell somebody now, and if not, when to look again."""

from __future__ import annotations

from eventcore.rules.matched_route import MatchedRoute

_LOOK_AGAIN = 86_400
"""Seconds after which a timer looks again at the latest."""

_MINUTE = 60
"""Time intervals begin and end with minutes."""


def is_muted(route: MatchedRoute, now: float) -> bool:
    """Whether nobody is told by `route` at `now`: inside of one of its mute times, or outside of all active
    ones."""
    if any(interval.contains(now) for interval in route.mute):
        return True
    return route.active is not None and not any(interval.contains(now) for interval in route.active)


def muted_until(route: MatchedRoute, now: float) -> float | None:
    """When `route` may tell again, at most 24 hours on; None: it may now.

    It asks minute by minute, so that it is right whatever clocks do in between; that is some milliseconds,
    and only a held message pays for it.
    """
    if not is_muted(route, now):
        return None
    latest = now + _LOOK_AGAIN
    moment = (now // _MINUTE + 1) * _MINUTE
    while moment < latest and is_muted(route, moment):
        moment += _MINUTE
    return min(moment, latest)
