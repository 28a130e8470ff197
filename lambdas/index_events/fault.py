"""What of an event no document can hold, found before it is sent: one bad line can refuse a whole bulk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from eventcore.event import Event

_LONG = range(-(2**63), 2**63)
"""OpenSearch's `long`."""


def fault_of(event: Event) -> str:
    """Why the event cannot be a document, with the field's name and what is allowed; "" if it can.

    The wire's decoder has seen to the rest: text is UTF-8 without half surrogates, a time has a year from 1
    to 9999. A NUL is a character like others, in an id too.
    """
    if _is_plain(event):
        return ""
    for name, time in _times(event):
        if time is not None and time.tzinfo is not UTC and time.utcoffset() != timedelta(0):
            return f"{name} is {time.isoformat()}: a time of a record is in UTC, such as 2026-11-21T02:10:00Z"
    for name, number in _numbers(event):
        if number is not None and number not in _LONG:
            return f"{name} is {number}: it must be from -2^63 to 2^63-1"
    return ""


def _is_plain(event: Event) -> bool:
    """Whether it is as exporters write nearly all of them: the quick way."""
    return (
        event.container is None
        and event.last_seen.tzinfo is UTC
        and event.first_seen.tzinfo is UTC
        and event.received_at.tzinfo is UTC
        and event.metadata.creation_timestamp.tzinfo is UTC
        and (event.written_at is None or event.written_at.tzinfo is UTC)
        and event.count in _LONG
    )


def _times(event: Event) -> Iterator[tuple[str, datetime | None]]:
    yield "lastSeen", event.last_seen
    yield "firstSeen", event.first_seen
    yield "receivedAt", event.received_at
    yield "writtenAt", event.written_at
    yield "metadata.creationTimestamp", event.metadata.creation_timestamp
    if event.container is not None:
        yield "container.startedAt", event.container.started_at
        yield "container.finishedAt", event.container.finished_at


def _numbers(event: Event) -> Iterator[tuple[str, int | None]]:
    yield "count", event.count
    if event.container is not None:
        yield "container.exitCode", event.container.exit_code
        yield "container.signal", event.container.signal
        yield "container.restartCount", event.container.restart_count
        yield "container.restarts", event.container.restarts
