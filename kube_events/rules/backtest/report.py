"""The result of a backtest, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kube_events.aligned import aligned
from kube_events.rules.backtest.run import Backtest
from kube_events.rules.backtest.tally import HOUR, ReceiverTally, Tally
from kube_events.rules.wording import moment, values_in_words

NOISIEST = 10


def as_tables(result: Backtest, *, against: str) -> Iterator[str]:
    """For people. `against` names what it was compared with; "" if with nothing."""
    if result.first is None or result.last is None:
        yield "no events"
        return
    span = f"{moment(result.first)} to {moment(result.last)}"
    yield f"{result.events} events, last seen {span}"
    yield f"{result.dropped} dropped, {result.untold} told to nobody"
    tally = result.tally
    if not tally.receivers:
        yield "no messages"
    else:
        hours = (result.last - result.first) / HOUR
        yield ""
        yield from aligned(
            ("RECEIVER", "MESSAGES", "RESOLVED", "AN HOUR", "BUSIEST HOUR", "BUSIEST MINUTE", "EVENTS"),
            [_receiver_row(name, each, hours) for name, each in sorted(tally.receivers.items())],
        )
        yield ""
        yield from _by_hour(tally)
        yield ""
        yield from aligned(
            ("MESSAGES", "EVENTS", "RECEIVER", "ROUTE", "GROUP"),
            [
                (
                    str(each.messages),
                    str(each.events),
                    each.receiver,
                    each.route,
                    values_in_words(each.values),
                )
                for each in tally.noisiest(NOISIEST)
            ],
        )
        if tally.forgot_groups:
            yield "there were more groups than are counted at once: quiet ones may be counted too low"
    if result.against is not None:
        yield ""
        yield from _differences(result.against, tally, against)


def _receiver_row(name: str, each: ReceiverTally, hours: float) -> tuple[str, ...]:
    hour, most = max(each.hours.items(), key=lambda counted: (counted[1], -counted[0]))
    return (
        name,
        str(each.messages),
        str(each.resolved),
        f"{each.messages / max(hours, 1.0):.1f}",
        f"{most} at {moment(hour)}",
        str(each.busiest_minute),
        str(each.events),
    )


def _by_hour(tally: Tally) -> Iterator[str]:
    """Hours in which nobody is told anything are left out."""
    names = sorted(tally.receivers)
    hours = sorted({hour for each in tally.receivers.values() for hour in each.hours})
    yield from aligned(
        ("HOUR", *names),
        [(moment(hour), *(str(tally.receivers[name].hours[hour]) for name in names)) for hour in hours],
    )


def _differences(before: Tally, after: Tally, against: str) -> Iterator[str]:
    yield f"against {against}:"
    rows = []
    for name in sorted({*before.receivers, *after.receivers}):
        old, new = _messages(before, name), _messages(after, name)
        rows.append((name, str(old), str(new), f"{new - old:+d}" if new != old else "0"))
    if not rows:
        yield "neither tells anybody anything"
    yield from aligned(("RECEIVER", "BEFORE", "NOW", "DIFFERENCE"), rows)


def _messages(tally: Tally, receiver: str) -> int:
    return tally.receivers[receiver].messages if receiver in tally.receivers else 0


def as_json(result: Backtest, *, against: str) -> dict[str, Any]:
    """For scripts."""
    said: dict[str, Any] = {
        "events": result.events,
        "first": None if result.first is None else moment(result.first),
        "last": None if result.last is None else moment(result.last),
        "dropped": result.dropped,
        "untold": result.untold,
        "receivers": _receivers(result.tally),
        "noisiestGroups": [
            {
                "receiver": each.receiver,
                "route": each.route,
                "group": dict(each.values),
                "messages": each.messages,
                "events": each.events,
            }
            for each in result.tally.noisiest(NOISIEST)
        ],
    }
    if result.against is not None:
        names = sorted({*result.against.receivers, *result.tally.receivers})
        said["against"] = {
            "file": against,
            "receivers": _receivers(result.against),
            "difference": {
                name: _messages(result.tally, name) - _messages(result.against, name) for name in names
            },
        }
    return said


def _receivers(tally: Tally) -> Mapping[str, Any]:
    return {
        name: {
            "messages": each.messages,
            "resolved": each.resolved,
            "events": each.events,
            "busiestMinute": each.busiest_minute,
            "hours": {moment(hour): number for hour, number in sorted(each.hours.items())},
        }
        for name, each in sorted(tally.receivers.items())
    }
