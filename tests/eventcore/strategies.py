"""Hypothesis strategies for what comes from outside."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.fixtures.events import raw_event

# Half surrogate pairs included: JSON can spell them.
TEXTS = st.text(st.characters(), max_size=40)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)

_TIMES = st.sampled_from(
    [
        None,
        "",
        "0001-01-01T00:00:00Z",
        "2026-11-21T02:00:00Z",
        "2026-11-21T02:00:00.123456Z",
        "9999-12-31T23:59:59-14:00",
        "2016-12-31T23:59:60Z",
        "yesterday",
        5,
    ]
)

_LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 100, 3000]))

_MAPS = st.dictionaries(st.text(st.characters(), max_size=8), _LONG, max_size=4) | JSON_VALUES

RAW_EVENTS = st.builds(
    raw_event,
    metadata=st.fixed_dictionaries(
        {},
        optional={
            "uid": _LONG | JSON_VALUES,
            "resourceVersion": st.text(max_size=5) | JSON_VALUES,
            "creationTimestamp": _TIMES,
            "labels": _MAPS,
            "annotations": _MAPS,
            "managedFields": st.lists(st.fixed_dictionaries({"time": _TIMES}), max_size=2) | JSON_VALUES,
        },
    )
    | JSON_VALUES,
    involvedObject=st.dictionaries(st.sampled_from(["kind", "name", "namespace", "uid"]), _LONG)
    | JSON_VALUES,
    message=_LONG | JSON_VALUES,
    reason=st.sampled_from(["BackOff", "Unhealthy", "NodeNotReady"]) | JSON_VALUES,
    type=st.sampled_from(["Normal", "Warning", "Error"]) | JSON_VALUES,
    count=st.integers() | st.floats() | JSON_VALUES,
    series=st.fixed_dictionaries({"count": st.integers(-1, 9), "lastObservedTime": _TIMES}) | JSON_VALUES,
    firstTimestamp=_TIMES,
    lastTimestamp=_TIMES,
    eventTime=_TIMES,
    source=JSON_VALUES,
)
"""Events in which any field may be missing, of another type, too long, or odd."""

ANYTHING: st.SearchStrategy[Any] = JSON_VALUES | RAW_EVENTS

_PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

_TEXT = st.builds(lambda text, times: text * times, _PLAIN, st.sampled_from([1, 100, 3000]))

_WRITTEN_TIMES = st.sampled_from(
    [
        None,
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "2026-11-21T02:00:00",
        "2026-11-21T02:00:00Z",
        "2026-11-21T02:00:00.123456789Z",
        "2026-11-21T04:00:00+02:00",
        "9999-12-31T23:59:59-14:00",
    ]
)

_COUNTS = st.integers() | st.sampled_from([None, 2**63 - 1, 2**63, 2**80])

_REFERENCES = st.dictionaries(
    st.sampled_from(["kind", "name", "namespace", "uid", "apiVersion", "resourceVersion", "fieldPath", "x"]),
    _TEXT,
)

TYPED_EVENTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "uid": _TEXT,
                "resourceVersion": _TEXT,
                "creationTimestamp": _WRITTEN_TIMES,
                "name": _TEXT,
                "namespace": _TEXT,
                "labels": st.none() | st.dictionaries(_PLAIN, _TEXT, max_size=2),
                "annotations": st.none()
                | st.dictionaries(
                    _PLAIN | st.just("kubectl.kubernetes.io/last-applied-configuration"), _TEXT, max_size=2
                ),
                "managedFields": st.none()
                | st.lists(st.fixed_dictionaries({"time": _WRITTEN_TIMES}), max_size=3),
            },
        ),
        "involvedObject": _REFERENCES,
        "related": st.none() | _REFERENCES,
        "source": st.dictionaries(st.sampled_from(["component", "host", "x"]), _TEXT),
        "series": st.none()
        | st.fixed_dictionaries({}, optional={"count": _COUNTS, "lastObservedTime": _WRITTEN_TIMES}),
        "firstTimestamp": _WRITTEN_TIMES,
        "lastTimestamp": _WRITTEN_TIMES,
        "eventTime": _WRITTEN_TIMES,
        "count": _COUNTS,
        "reason": st.sampled_from(["BackOff", "Unhealthy", "Failed"]) | _TEXT,
        "type": st.sampled_from(["Normal", "Warning", "Error"]) | _TEXT,
        "message": _TEXT,
        "action": _TEXT,
        "reportingComponent": _TEXT,
        "reportingInstance": _TEXT,
        "x": st.sampled_from([None, 5, "odd", {"metadata": [1]}]),
    },
)
"""Events whose fields, odd as they are, have the types that Kubernetes gives them."""
