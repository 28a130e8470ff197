"""How problems end, as data: by a reason that says so of the same object, or by nothing more being heard of
them.

What is not here is a moment: told once, and never resolved, as Evicted, OOMKilling or BackoffLimitExceeded
are.
"""

from __future__ import annotations

from msgspec import Struct

QUIET = 600.0
"""Seconds of silence after which a problem that is repeated is over. client-go lets each reporter say
something of an object 25 times, then once in 5 minutes (tools/record/events_cache.go: defaultSpamBurst,
defaultSpamQPS), which is the back-off of a container that crashes as well (kubelet: MaxContainerBackOff): two
of those."""

SERIES = 3600.0
"""For reporters of events.k8s.io/v1, which write a series that goes on every 30 minutes only
(client-go tools/events/event_broadcaster.go: refreshTime): two of those."""


class RecoveryRow(Struct, frozen=True, kw_only=True):
    """How the problems of some reasons end."""

    problems: tuple[str, ...]
    recovered_by: tuple[str, ...] = ()
    kind: str = ""
    """Of the involved object; "" is every kind."""
    quiet: float | None = None
    """Seconds without news after which it is over; None: only by a recovery."""
    area: str = ""
    """Who writes it: the heading in the documentation."""


def _row(
    area: str, problems: str, *, by: str = "", kind: str = "", quiet: float | None = None
) -> RecoveryRow:
    """Reasons are separated by blanks."""
    return RecoveryRow(
        problems=tuple(problems.split()), recovered_by=tuple(by.split()), kind=kind, quiet=quiet, area=area
    )


RECOVERY_TABLE: tuple[RecoveryRow, ...] = (
    _row("nodes", "NodeNotReady", by="NodeReady", kind="Node"),
    _row("scheduler", "FailedScheduling", by="Scheduled", quiet=SERIES),
    _row("kubelet", "BackOff Unhealthy ProbeWarning", quiet=QUIET),
)
