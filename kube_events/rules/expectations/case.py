"""A test of a rule file, as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from eventcore.event import Event, Severity
from eventcore.notification import Status


class Outcome(NamedTuple):
    """What is expected of one event; None is not looked at."""

    dropped: bool | None = None
    severity: Severity | None = None
    receivers: tuple[str, ...] | None = None
    group: Mapping[str, str] | None = None
    """Fields and values of the group, of every receiver."""
    resolves: tuple[str, ...] | None = None
    """Reasons of the problems that it ends."""
    muted: bool | None = None
    """Whether a time interval keeps every receiver from being told at that time."""


class ExpectedMessage(NamedTuple):
    """What is expected of one message; None is not looked at."""

    at: float
    """Seconds after the test's time."""
    events: int | None = None
    objects: int | None = None
    status: Status | None = None
    severity: Severity | None = None
    at_least: bool | None = None
    resolved: int | None = None
    """How many of the listed events are over."""
    group: Mapping[str, str] | None = None


class TimedEvent(NamedTuple):
    """An event and when it comes."""

    at: float
    """Seconds since the epoch."""
    event: Event


class EventCase(NamedTuple):
    """One event, and what becomes of it."""

    name: str
    path: str
    """Place in the file, such as tests[0]."""
    time: float
    """When it comes, in seconds since the epoch."""
    event: Event
    expect: Outcome


class SequenceCase(NamedTuple):
    """Events in time, and the messages that they come to."""

    name: str
    path: str
    time: float
    """From which every `at` counts, in seconds since the epoch."""
    events: tuple[TimedEvent, ...]
    until: float
    """Where the time ends, in seconds since the epoch."""
    without_resolved: frozenset[str]
    """Receivers that hear nothing of ends."""
    messages: Mapping[str, tuple[ExpectedMessage, ...]]
    """By receiver; who is not named is told nothing."""


Case = EventCase | SequenceCase
