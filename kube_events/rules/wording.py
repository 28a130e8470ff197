"""Events, durations and problems in words, as explain, test and backtest show them."""

from __future__ import annotations

from datetime import UTC, datetime

from eventcore.event import Event
from eventcore.grouping.group import Ending
from eventcore.rules import MatchedRoute
from kube_events.aligned import duration
from kube_events.plain_text import plain

TIME_FORM = "%Y-%m-%dT%H:%M:%SZ"


def event_in_words(event: Event) -> str:
    """`BackOff of Pod shop/web-1 in prod-eu: Warning, 7 times, last seen 2026-11-21T02:10:00Z`."""
    involved = event.involved_object
    name = "/".join(filter(None, (involved.namespace, involved.name)))
    times = "once" if event.count == 1 else f"{event.count} times"
    what = " ".join(filter(None, (event.reason or "an event", "of", involved.kind, name)))
    said = ", ".join(filter(None, (event.type, times, f"last seen {moment(event.last_seen)}")))
    return plain(f"{what} in {event.cluster.name}: {said}")


def moment(time: datetime | float) -> str:
    """UTC, to the second."""
    at = datetime.fromtimestamp(time, UTC) if isinstance(time, float | int) else time.astimezone(UTC)
    return at.strftime(TIME_FORM)


def values_in_words(values: tuple[tuple[str, str], ...]) -> str:
    """`cluster.name=prod-eu, reason=BackOff`."""
    if not values:
        return "everything that the route takes"
    return plain(", ".join(f"{field}={value or '(nothing)'}" for field, value in values))


def timers_in_words(route: MatchedRoute) -> str:
    """When such a group is told."""
    return (
        f"first told after {duration(route.group_wait)}, news at most every {duration(route.group_interval)},"
        f" again after {duration(route.repeat_interval)} while it goes on"
    )


def ending_in_words(ending: Ending) -> str:
    """When such a problem is over."""
    quiet = "" if ending.quiet is None else f"nothing is heard of it for {duration(ending.quiet)}"
    if ending.recovers:
        return " or ".join(filter(None, ("an event of its object says that it is over", quiet)))
    return quiet or "it is a moment, told once"


def offset(seconds: float) -> str:
    """Exactly, in Prometheus' form: `0s`, `1h30s`, `2s500ms`."""
    left, parts = round(seconds * 1000), []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
