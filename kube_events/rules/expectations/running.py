"""Runs tests of rules: what was expected and was not so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from eventcore.event import Event
from eventcore.faults import shown
from eventcore.grouping.key import group_of, old_group_of
from eventcore.identity import document_time
from eventcore.rules import MatchedRoute, Ruleset
from eventcore.rules.muting import is_muted
from eventcore.rules.nearest import one_of
from kube_events.rules.expectations.case import Case, EventCase, ExpectedMessage, SequenceCase
from kube_events.rules.simulation import Message, Simulation
from kube_events.rules.timers import EndlessTimer
from kube_events.rules.wording import offset


class Failure(NamedTuple):
    """One thing that was not as expected."""

    what: str
    """Place in the expectations, such as receivers, or messages.ops-mail[0].events."""
    expected: str
    found: str


def run(case: Case, rules: Ruleset) -> list[Failure]:
    """What is not as expected; nothing: the test has passed."""
    if isinstance(case, EventCase):
        return list(_one_event(case, rules))
    return list(_sequence(case, rules))


def _one_event(case: EventCase, rules: Ruleset) -> Iterator[Failure]:
    expect = case.expect
    event = rules.classify(case.event)
    if event is None:
        if not expect.dropped:
            yield Failure("dropped", "false", "true")
        return
    if expect.dropped:
        yield Failure("dropped", "true", "false")
    if expect.severity is not None and event.severity != expect.severity:
        yield Failure("severity", expect.severity, event.severity)
    routes = rules.routes(event)
    if expect.receivers is not None:
        yield from _names("receivers", expect.receivers, [route.receiver for route in routes])
    if expect.resolves is not None:
        recovery = rules.recovery(event)
        yield from _names("resolves", expect.resolves, recovery.problems if recovery else ())
    if expect.group is not None:
        yield from _group(case, event, routes, rules, expect.group)
    if expect.muted is not None:
        yield from _muted(routes, case.time, expected=expect.muted)


def _names(what: str, expected: Iterable[str], found: Iterable[str]) -> Iterator[Failure]:
    wanted, there = sorted(expected), sorted(found)
    if wanted != there:
        yield Failure(what, shown(wanted), shown(there))


def _group(
    case: EventCase, event: Event, routes: Sequence[MatchedRoute], rules: Ruleset, expected: Mapping[str, str]
) -> Iterator[Failure]:
    old = case.time - document_time(event).timestamp() > rules.notify_max_age
    for route in routes:
        ref = old_group_of(route, rules.notify_max_age) if old else group_of(route, event)
        if dict(ref.values) != expected:
            yield Failure(f"group of {route.receiver}", shown(expected), shown(dict(ref.values)))
    if not routes:
        yield Failure("group", shown(expected), "nobody is told, so there is no group")


def _muted(routes: Sequence[MatchedRoute], time: float, *, expected: bool) -> Iterator[Failure]:
    for route in routes:
        if is_muted(route, time) != expected:
            yield Failure(f"muted of {route.receiver}", shown(expected), shown(not expected))
    if not routes and expected:
        yield Failure("muted", "true", "nobody is told at any time")


def _sequence(case: SequenceCase, rules: Ruleset) -> Iterator[Failure]:
    for what, names in (("without_resolved", case.without_resolved), ("messages", case.messages)):
        for name in sorted(set(names) - rules.receivers):
            yield Failure(what, f"a receiver of the rules, {one_of(rules.receivers, name)}", shown(name))
    told: dict[str, list[Message]] = {receiver: [] for receiver in case.messages}
    try:
        for message in _messages(case, rules):
            told.setdefault(message.group.route.receiver, []).append(message)
    except EndlessTimer as endless:
        yield Failure("messages", "an end of them", str(endless))
        return
    for receiver, messages in told.items():
        expected = case.messages.get(receiver, ())
        if len(messages) != len(expected):
            yield Failure(f"messages.{receiver}", _number(len(expected)), _all_in_words(messages, case.time))
        for at, (one, message) in enumerate(zip(expected, messages, strict=False)):
            yield from _message(one, message, case.time, f"messages.{receiver}[{at}]")


_LISTED = 10


def _messages(case: SequenceCase, rules: Ruleset) -> Iterator[Message]:
    simulation = Simulation(rules, without_resolved=case.without_resolved)
    for timed in case.events:
        # What is due at the same moment is told before: a timer does not wait for what may still come.
        yield from simulation.fire(timed.at)
        simulation.receive(timed.event, now=timed.at)
    yield from simulation.fire(case.until)


def _message(expected: ExpectedMessage, message: Message, start: float, path: str) -> Iterator[Failure]:
    at = round(message.at - start, 3)
    if at != expected.at:
        yield Failure(f"{path}.at", offset(expected.at), offset(at))
    told = message.notification
    found: Mapping[str, object] = {
        "events": told.events,
        "objects": told.objects,
        "status": told.status,
        "severity": told.severity,
        "at_least": told.at_least,
        "resolved": sum(member.resolved for member in told.members),
        "group": dict(message.group.values),
    }
    for key, value in found.items():
        wanted = getattr(expected, key)
        if wanted is not None and wanted != value:
            yield Failure(f"{path}.{key}", shown(wanted), shown(value))


def _number(messages: int) -> str:
    return {0: "no message", 1: "1 message"}.get(messages, f"{messages} messages")


def _all_in_words(messages: Sequence[Message], start: float) -> str:
    if not messages:
        return _number(0)
    shown = [_in_words(message, start) for message in messages[:_LISTED]]
    if len(messages) > _LISTED:
        shown.append(f"and {len(messages) - _LISTED} more")
    return f"{_number(len(messages))}: {'; '.join(shown)}"


def _in_words(message: Message, start: float) -> str:
    told = message.notification
    return (
        f"at {offset(message.at - start)} {told.status}, {told.events} events on {told.objects} objects,"
        f" {told.severity}"
    )
