"""Which events a replay is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple, Protocol

from eventcore.event import Event
from eventcore.identity import document_time
from kube_events.errors import CommandError
from kube_events.times import TimeError, beginning, end


class Window(NamedTuple):
    """Events that were last seen in [start, stop), by the time under which the index files them."""

    start: datetime
    stop: datetime
    cluster: str | None = None

    def holds(self, event: Event) -> bool:
        """Whether the event is one of them."""
        if self.cluster is not None and event.cluster.name != self.cluster:
            return False
        return self.start <= document_time(event) < self.stop

    @property
    def first_day(self) -> date:
        """In UTC, as `last_day`, which has a part in it as well."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        return (self.stop - timedelta(microseconds=1)).date()


class _Reads(Protocol):
    def __call__(self, text: str, *, now: datetime, zone: tzinfo) -> datetime:
        """The moment that a text says."""


def window_of(from_: str, to: str | None, cluster: str | None, *, now: datetime) -> Window:
    """The window that two arguments say; times without an offset are UTC.

    Raises:
        CommandError: they are no times, or the wrong way round.
    """
    start = _time("--from", from_, now, beginning)
    stop = now if to is None else _time("--to", to, now, end)
    if start >= now:
        raise CommandError([f"--from {from_} is not in the past"])
    if start >= stop:
        raise CommandError([f"--from {from_} is not before --to {to}"])
    return Window(start, stop, cluster)


def _time(option: str, text: str, now: datetime, read: _Reads) -> datetime:
    try:
        return read(text, now=now, zone=UTC).astimezone(UTC)
    except (TimeError, OverflowError) as error:
        raise CommandError([f"{option} {error}"]) from None
