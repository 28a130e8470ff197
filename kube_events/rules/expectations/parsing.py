"""From a file of tests to the tests in it, with everything that is wrong in it at once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from eventcore.event import SEVERITIES, Event
from eventcore.faults import item
from eventcore.notification import Status
from eventcore.rules.nearest import one_of
from kube_events.rules.event_file import read_event
from kube_events.rules.expectations.case import (
    Case,
    EventCase,
    ExpectedMessage,
    Outcome,
    SequenceCase,
    TimedEvent,
)
from kube_events.rules.expectations.described import CLUSTER, DescriptionError, described
from kube_events.rules.expectations.reader import LATEST, Reader
from kube_events.rules.files import RulesFileError, read_file
from kube_events.strict_yaml import YamlError, read_yaml

DEFAULT_TIME = datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp()
"""A Monday, at noon: when events come in tests that do not say a time."""

DEFAULT_SPAN = 3600.0
"""Seconds after the last event that a sequence goes on."""

MAX_EVENTS = 100_000
"""Of one test: more is `rules backtest`'s."""

_OF_EVENT = ("name", "time", "event", "recorded", "cluster", "expect")
_OF_SEQUENCE = ("name", "time", "cluster", "events", "until", "without_resolved", "expect")


def read_tests(path: Path) -> tuple[Case, ...]:
    """The tests in a file.

    Raises:
        RulesFileError: the file cannot be read, or its tests are wrong, with a line for each fault.
    """
    try:
        document = read_yaml(read_file(path))
    except YamlError as error:
        raise RulesFileError([f"{path}: {error}"]) from None
    parser = _Parser(path.parent)
    cases = parser.cases(document)
    if parser.read.faults:
        raise RulesFileError([f"{path}: {fault}" for fault in parser.read.faults])
    return cases


class _Parser:
    def __init__(self, folder: Path) -> None:
        self.read = Reader()
        self._folder = folder

    def cases(self, document: object) -> tuple[Case, ...]:
        whole = self.read.mapping(document, "", ("tests",), "a mapping with the key tests")
        tests = self.read.items(whole.get("tests"), "tests", "a list of tests")
        cases = tuple(self._case(test, path) for path, test in tests)
        names = Counter(case.name for case in cases)
        for case in cases:
            if names[case.name] > 1:
                self.read.fault(f"{case.path}.name", case.name, "a name that no other test has")
        return cases

    def _case(self, test: object, path: str) -> Case:
        several = isinstance(test, dict) and "events" in test
        keys = _OF_SEQUENCE if several else _OF_EVENT
        fields = self.read.mapping(
            test, path, keys, "a test such as {name: …, event: {reason: BackOff}, expect: {receivers: [a]}}"
        )
        name = self.read.text(fields.get("name"), f"{path}.name")
        cluster = self.read.text(fields.get("cluster", CLUSTER), f"{path}.cluster")
        time = self.read.time(fields["time"], f"{path}.time") if "time" in fields else None
        if several:
            return self._sequence(fields, name, path, DEFAULT_TIME if time is None else time, cluster)
        event = self._event(fields, path, at=DEFAULT_TIME if time is None else time, cluster=cluster)
        if time is None:
            time = event.received_at.timestamp() if event else DEFAULT_TIME
        return EventCase(
            name, path, time, event or _nothing(), self._outcome(fields.get("expect"), f"{path}.expect")
        )

    def _event(self, fields: Any, path: str, *, at: float, cluster: str) -> Event | None:
        if ("event" in fields) == ("recorded" in fields):
            self.read.fault(path, None, "either event, with its fields, or recorded, with the path of a file")
            return None
        if "recorded" in fields:
            file = self.read.text(fields["recorded"], f"{path}.recorded")
            try:
                return read_event(str(self._folder / file), cluster=cluster)
            except RulesFileError as error:
                for line in error.lines:
                    self.read.fault(f"{path}.recorded", file, line)
                return None
        try:
            return described(fields["event"], path=f"{path}.event", at=at)
        except DescriptionError as error:
            self.read.faults += error.faults
            return None

    def _outcome(self, value: object, path: str) -> Outcome:
        fields = self.read.mapping(
            value, path, Outcome._fields, f"what is expected: some of {', '.join(Outcome._fields)}"
        )
        if isinstance(value, dict) and not value:
            self.read.fault(path, value, f"at least one of {', '.join(Outcome._fields)}")
        found: dict[str, Any] = {}
        for key, one in fields.items():
            place = f"{path}.{key}"
            match key:
                case "dropped" | "muted":
                    found[key] = self.read.flag(one, place)
                case "severity":
                    found[key] = self.read.one_of(one, place, SEVERITIES)
                case "receivers" | "resolves":
                    found[key] = self.read.texts(one, place)
                case "group":
                    found[key] = self.read.values(one, place)
        return Outcome(**found)

    def _sequence(self, fields: Any, name: str, path: str, time: float, cluster: str) -> SequenceCase:
        events: list[TimedEvent] = []
        history: dict[str, Event] = {}
        for place, each in self.read.items(fields["events"], f"{path}.events", "a list of events"):
            events += self._timed(each, place, time, cluster, history)
        events.sort(key=lambda timed: timed.at)
        last = events[-1].at if events else time
        until = last + DEFAULT_SPAN
        if "until" in fields:
            until = time + self.read.duration(fields["until"], f"{path}.until")
            if not last <= until < LATEST:
                allowed = "a duration that ends behind the last event, and this side of the year 9000"
                self.read.fault(f"{path}.until", fields["until"], allowed)
        quiet = self.read.texts(fields.get("without_resolved", []), f"{path}.without_resolved")
        messages = self._messages(fields.get("expect"), f"{path}.expect")
        return SequenceCase(name, path, time, tuple(events), until, frozenset(quiet), messages)

    def _timed(
        self, value: object, path: str, start: float, cluster: str, history: dict[str, Event]
    ) -> list[TimedEvent]:
        keys = ("at", "event", "recorded", "repeat")
        fields = self.read.mapping(value, path, keys, "an event such as {at: 30s, event: {reason: BackOff}}")
        at = start + self.read.duration(fields.get("at", 0), f"{path}.at")
        every, times = 0.0, 1
        if "repeat" in fields:
            repeat = self.read.mapping(
                fields["repeat"], f"{path}.repeat", ("every", "times"), "{every: 10s, times: 5}"
            )
            every = self.read.duration(repeat.get("every"), f"{path}.repeat.every", positive=True)
            times = self.read.number(repeat.get("times"), f"{path}.repeat.times", least=1)
        if times > MAX_EVENTS:
            self.read.fault(f"{path}.repeat.times", times, f"at most {MAX_EVENTS} events in a test")
            return []
        if at + times * every >= LATEST:
            self.read.fault(path, fields.get("repeat", fields.get("at")), "events this side of the year 9000")
            return []
        described_as = fields.get("event")
        counted = isinstance(described_as, dict) and "count" not in described_as
        found: list[TimedEvent] = []
        for turn in range(times):
            moment = at + turn * every
            event = self._event(fields, path, at=moment, cluster=cluster)
            if event is None:
                return []  # once is enough to say what is wrong
            found.append(TimedEvent(moment, _repeated(event, history) if counted else event))
        return found

    def _messages(self, value: object, path: str) -> dict[str, tuple[ExpectedMessage, ...]]:
        expect = self.read.mapping(value, path, ("messages",), "{messages: {a receiver: [what it is told]}}")
        place = f"{path}.messages"
        if not isinstance(expect.get("messages"), dict):
            self.read.fault(place, expect.get("messages"), "receivers, each with a list of messages")
            return {}
        found = {}
        for receiver, messages in expect["messages"].items():
            of_receiver = f"{place}.{receiver}"
            if not isinstance(messages, list):
                self.read.fault(of_receiver, messages, "a list of messages; [] is none")
                continue
            found[str(receiver)] = tuple(
                self._message(each, item(of_receiver, at)) for at, each in enumerate(messages)
            )
        return found

    def _message(self, value: object, path: str) -> ExpectedMessage:
        fields = self.read.mapping(
            value, path, ExpectedMessage._fields, "a message such as {at: 30s, events: 3, objects: 1}"
        )
        if isinstance(value, dict) and "at" not in value:
            self.read.fault(path, value, f"at, and some of {one_of(ExpectedMessage._fields, 'at')}")
        found: dict[str, Any] = {"at": 0.0}
        for key, one in fields.items():
            place = f"{path}.{key}"
            match key:
                case "at":
                    found[key] = self.read.duration(one, place)
                case "events" | "objects" | "resolved":
                    found[key] = self.read.number(one, place)
                case "status":
                    found[key] = self.read.one_of(one, place, get_args(Status))
                case "severity":
                    found[key] = self.read.one_of(one, place, SEVERITIES)
                case "at_least":
                    found[key] = self.read.flag(one, place)
                case "group":
                    found[key] = self.read.values(one, place)
        return ExpectedMessage(**found)


def _repeated(event: Event, history: dict[str, Event]) -> Event:
    """The event as Kubernetes writes it when it has happened before: the same object, counted on."""
    before = history.get(event.metadata.uid)
    if before is not None:
        count = before.count + 1
        metadata = replace(before.metadata, resource_version=str(count))
        event = replace(event, count=count, metadata=metadata, first_seen=before.first_seen)
    history[event.metadata.uid] = event
    return event


def _nothing() -> Event:
    """In place of an event that is wrong: the file is refused then."""
    return described({}, path="", at=DEFAULT_TIME)
