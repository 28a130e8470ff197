"""`kube-events rules explain`: one event's way through a rule file, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from eventcore.event import Event
from eventcore.faults import item
from eventcore.grouping.key import group_of, old_group_of, values_of
from eventcore.identity import document_time
from eventcore.rules import CompiledRules, MatchedRoute, Ruleset, decode_compiled, muted_until
from eventcore.severity_table import SEVERITY_TABLE
from kube_events.aligned import duration
from kube_events.errors import UsageError
from kube_events.plain_text import plain
from kube_events.rules.event_file import read_event
from kube_events.rules.files import compile_file
from kube_events.rules.tracing import Inhibition, Step, Trace, trace
from kube_events.rules.wording import (
    ending_in_words,
    event_in_words,
    moment,
    timers_in_words,
    values_in_words,
)
from kube_events.times import TimeError, beginning

_INDENT = "  "

_END = 9000
"""Year. The calendar of Python ends not long after, and time intervals look ahead."""


def explain(rules: CompiledRules, event: Event, *, now: float) -> Iterator[str]:
    """Each step of the event's way with its reasons.

    Args:
        rules: the file's.
        event: as it was read, with the severity that the exporter gave it.
        now: when it comes to us, in seconds since the epoch.
    """
    ruleset = Ruleset(rules)
    traced = trace(rules, event)
    yield event_in_words(event)
    yield ""
    dropped = next((step.path for step in traced.drop if step.matches), None)
    yield f"drop: {f'taken by {dropped}, so neither stored nor told' if dropped else 'not dropped'}"
    yield from _listed(traced.drop)
    if traced.event is None:
        yield from _recovery(ruleset, event, dropped=True)
        return
    yield _severity(rules, traced, event)
    yield from _listed(traced.severity)
    yield "route:"
    told = ruleset.routes(traced.event)
    yield from _routes(traced.routes, told)
    yield from _recovery(ruleset, traced.event, dropped=False)
    yield from _inhibition(rules, traced.inhibitions, traced.event)
    for route in told:
        yield ""
        yield from _group(rules, ruleset, traced.event, route, now=now)


def _severity(rules: CompiledRules, traced: Trace, event: Event) -> str:
    for rule, step in zip(rules.severity, traced.severity, strict=True):
        if step.matches:
            return f"severity: {rule.severity}, by {step.path} (it came as {event.severity})"
    in_table = any(row.reason == event.reason for row in SEVERITY_TABLE)
    by = (
        "as the built-in table has this reason"
        if in_table
        else "by its type: the built-in table lacks its reason"
    )
    return f"severity: {event.severity}, {by}"


def _listed(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        answer = ("matches" if step.matches else "does not match") if step.asked else "not asked any more"
        yield f"{_INDENT}{step.path}: {answer}"
        yield from _conditions(step, _INDENT * 2)


def _conditions(step: Step, indent: str) -> Iterator[str]:
    for condition in step.conditions:
        yield from map(_safe, condition.lines(indent))


def _safe(line: str) -> str:
    """What the event says must not steer the terminal; blanks at the front, and of "no ", stay."""
    front = line[: len(line) - len(line.lstrip(" "))]
    mark = line[len(front) : len(front) + 4]
    return front + mark + plain(line[len(front) + 4 :])


def _routes(steps: Sequence[Step], told: Sequence[MatchedRoute]) -> Iterator[str]:
    for step in steps:
        indent = _INDENT * (step.depth + 1)
        yield f"{indent}{step.path}: {_of_route(step, told)}"
        yield from _conditions(step, indent + _INDENT)


def _of_route(step: Step, told: Sequence[MatchedRoute]) -> str:
    if not step.asked:
        return "not asked any more: a route before it has taken the event, without continue: true"
    if not step.matches:
        return "does not match"
    way = "takes every event" if not step.conditions else "matches"
    if not step.ends:
        return f"{way}; one of its routes has the event"
    receivers = [each.receiver for each in told if each.route == step.path]
    return f"{way}; tells {', '.join(receivers) or 'nobody'}"


def _recovery(ruleset: Ruleset, event: Event, *, dropped: bool) -> Iterator[str]:
    recovery = ruleset.recovery(event)
    if recovery is None:
        return
    problems = ", ".join(sorted(recovery.problems))
    if dropped:
        yield f"recovery: it would end {problems} of {plain(recovery.object)}, but it is dropped"
    else:
        yield f"recovery: it ends {problems} of {plain(recovery.object)}, whoever was told of them"


def _inhibition(rules: CompiledRules, inhibitions: Sequence[Inhibition], event: Event) -> Iterator[str]:
    if not inhibitions:
        return
    yield "inhibit:"
    for at, (source, target) in enumerate(inhibitions):
        rule = rules.inhibit[at]
        yield f"{_INDENT}{item('inhibit', at)}: {_side(source, target, rule.keep, _same(rule.equal, event))}"
        for name, step in (("source", source), ("target", target)):
            yield f"{_INDENT * 2}{name}: {'matches' if step.matches else 'does not match'}"
            yield from _conditions(step, _INDENT * 3)


def _same(equal: tuple[str, ...], event: Event) -> str:
    """The values that source and target have to share."""
    if not equal:
        return ""
    return f" with {values_in_words(values_of(equal, event))}"


def _side(source: Step, target: Step, keep: float, same: str) -> str:
    if source.matches and target.matches:
        return (
            f"both: it mutes targets{same} for up to {duration(keep)}, and what matches both sides is muted"
            " only by a source that does not"
        )
    if source.matches:
        return f"a source: it mutes targets{same} for up to {duration(keep)}"
    if target.matches:
        return f"a target: nobody is told of it while a source{same} lasts"
    return "neither side"


def _group(
    rules: CompiledRules, ruleset: Ruleset, event: Event, route: MatchedRoute, *, now: float
) -> Iterator[str]:
    yield f"{route.receiver}, by {route.route}:"
    age = now - document_time(event).timestamp()
    group = group_of(route, event)
    if age > rules.notify_max_age:
        group = old_group_of(route, rules.notify_max_age)
        yield (
            f"{_INDENT}old: {duration(age)} when it came, more than notify_max_age"
            f" ({duration(rules.notify_max_age)}): told in {route.receiver}'s one summary"
        )
    else:
        yield f"{_INDENT}group: {values_in_words(group.values)}"
        yield f"{_INDENT}over when: {ending_in_words(ruleset.ending(event, route))}"
    yield f"{_INDENT}timers: {timers_in_words(group.route)}"
    until = muted_until(group.route, now)
    if until is not None:
        yield f"{_INDENT}muted: at {moment(now)} nobody is told; looked at again at {moment(until)}"


def explain_file(file: Path, event_file: str, *, cluster: str, at: str | None) -> Iterator[str]:
    """The lines for an event in a file.

    Args:
        file: the rules.
        event_file: a path, or `-`.
        cluster: of an Event of core/v1.
        at: when it comes, as people type times; None: when it was read.

    Raises:
        RulesFileError: a file cannot be used.
        UsageError: `at` is no time, or too far ahead.
    """
    rules = decode_compiled(compile_file(file))
    event = read_event(event_file, cluster=cluster)
    moment_of_it = event.received_at
    if at is not None:
        try:
            moment_of_it = beginning(at, now=datetime.now(UTC), zone=UTC)
        except TimeError as error:
            raise UsageError([f"--at: {error}"]) from None
    if moment_of_it.year >= _END:
        raise UsageError([f"expected an event that comes before the year {_END}, or such a time by --at"])
    return explain(rules, event, now=moment_of_it.timestamp())
