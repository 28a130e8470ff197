"""A pattern that is tested on the struct says what it says of the view."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eventcore.event import Cluster, ContainerExit, Event, ObjectReference, Owner
from eventcore.patterns import PatternError, compile_pattern
from eventcore.rules.event_pattern import Views, compile_for_events
from eventcore.rules.struct_fields import reader
from eventcore.wire import as_view
from tests.eventcore.rules.strategies import EVENTS, PATTERNS
from tests.fixtures.events import event

PLAIN = event()
FULL = replace(
    PLAIN,
    cluster=Cluster(name="prod-eu", region="eu-central-1"),
    related=ObjectReference(kind="Pod", name="a"),
    container=ContainerExit(
        name="app", exit_code=137, restart_count=3, started_at=datetime(2026, 1, 1, tzinfo=UTC)
    ),
    involved_object=replace(
        PLAIN.involved_object,
        labels={"app": "web", "empty": ""},
        owners=(Owner(kind="Job", name="a"), Owner(kind="b", name="c")),
    ),
    synthetic=True,
    truncated=("message", "reason"),
)

_STRINGS = st.sampled_from(
    ["a", "app", "web", "Pod", "shop", "Warning", "BackOff", "kubelet", "message", "critical", "Job", ""]
)
_VALUES = st.lists(
    st.one_of(
        _STRINGS,
        st.sampled_from([0, 3, 7, 137]),
        st.booleans(),
        st.none(),
        st.builds(lambda text: {"prefix": text[:1]}, _STRINGS),
        st.builds(lambda text: {"anything-but": text or "x"}, _STRINGS),
        st.builds(lambda there: {"exists": there}, st.booleans()),
        st.just({"numeric": [">", 5]}),
        st.just({"wildcard": "*o*"}),
    ),
    min_size=1,
    max_size=3,
)
_TRAILS = st.sampled_from(
    [
        ("reason",),
        ("count",),
        ("severity",),
        ("node",),
        ("message",),
        ("synthetic",),
        ("truncated",),
        ("lastSeen",),
        ("record",),
        ("nobody",),
        ("cluster", "name"),
        ("cluster", "region"),
        ("source", "component"),
        ("metadata", "uid"),
        ("metadata", "labels", "app"),
        ("related", "kind"),
        ("related", "uid"),
        ("container", "name"),
        ("container", "exitCode"),
        ("container", "signal"),
        ("container", "restarts"),
        ("container", "startedAt"),
        ("involvedObject",),
        ("involvedObject", "kind"),
        ("involvedObject", "namespace"),
        ("involvedObject", "uid"),
        ("involvedObject", "kind", "deeper"),
        ("involvedObject", "labels"),
        ("involvedObject", "labels", "app"),
        ("involvedObject", "labels", "empty"),
        ("involvedObject", "labels", "app", "deeper"),
        ("involvedObject", "owners", "kind"),
        ("involvedObject", "owners", "name"),
    ]
)


def _nested(conditions: dict[tuple[str, ...], list[Any]]) -> dict[str, Any]:
    pattern: dict[str, Any] = {}
    for trail, values in conditions.items():
        place = pattern
        for name in trail[:-1]:
            inner = place.setdefault(name, {})
            if not isinstance(inner, dict):
                break  # the place is taken by values
            place = inner
        else:
            place.setdefault(trail[-1], values)
    return pattern


_CONDITIONS = st.dictionaries(_TRAILS, _VALUES, min_size=1, max_size=3).map(_nested)
_WITH_OR = st.builds(
    lambda outer, one, two, inside: (
        outer
        | (
            {"involvedObject": {"$or": [{"kind": ["Pod"]}, {"labels": one}]}}
            if inside
            else {"$or": [one, two]}
        )
    ),
    _CONDITIONS,
    _CONDITIONS,
    _CONDITIONS,
    st.booleans(),
)


def says(pattern: dict[str, Any], observed: Event) -> bool:
    test = compile_for_events(pattern, Views(), path="")
    assert test is not None
    return test(observed)


@given(_CONDITIONS | _WITH_OR | PATTERNS, EVENTS | st.sampled_from([PLAIN, FULL]))
@settings(deadline=None, max_examples=300)
@example({"node": [{"exists": False}]}, replace(PLAIN, node=""))
@example({"container": {"signal": [0]}}, FULL)
@example({"source": {"component": [{"anything-but": "x"}]}}, replace(PLAIN, source=type(PLAIN.source)()))
def test_it_says_what_the_pattern_says_of_the_view(pattern: dict[str, Any], observed: Event) -> None:
    assert says(pattern, observed) is compile_pattern(pattern).matches(as_view(observed))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ({"reason": [{"sounds-like": "A"}]}, "drop[0].reason[0]"),
        ({"involvedObject": {"kind": [{"prefix": 5}]}, "type": ["A"]}, "drop[0].involvedObject.kind[0]"),
        ({"$or": [{"reason": [[]]}, {"type": ["A"]}]}, "drop[0].$or[0].reason[0]"),
        ({"reason": []}, "drop[0].reason"),
        ({}, "drop[0]"),
    ],
)
def test_a_fault_is_named_by_its_place(pattern: dict[str, Any], path: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_for_events(pattern, Views(), path="drop[0]")
    assert caught.value.path == path


def test_every_single_value_of_an_event_is_read_as_the_view_has_it() -> None:
    # GIVEN every leaf of an event that has them all
    leaves = dict(_leaves(as_view(FULL), ()))
    # WHEN they are read off the struct
    read = {trail: get(FULL) for trail in leaves if (get := reader(trail)) is not None}
    # THEN they are the same, and only times and arrays cannot be read
    assert read == {trail: leaves[trail] for trail in read}
    assert {trail[-1] for trail in leaves.keys() - read.keys()} == {
        "creationTimestamp",
        "firstSeen",
        "lastSeen",
        "owners",
        "receivedAt",
        "record",
        "startedAt",
        "truncated",
        "writtenAt",
    }


def _leaves(value: Any, trail: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in _leaves(inner, (*trail, name))]
    return [(trail, value)]


def test_an_event_is_made_a_view_once_however_many_patterns_ask() -> None:
    views = Views()
    assert views(PLAIN) is views(PLAIN)
    # AND a new severity needs no new view
    worse = replace(PLAIN, severity="critical")
    views.with_severity(PLAIN, worse)
    assert views(worse) == as_view(worse)
    assert views(PLAIN) == as_view(PLAIN)
