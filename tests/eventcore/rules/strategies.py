"""Hypothesis strategies for rule files that are right, and for the events that they are about."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.fixtures.events import event

REASONS = st.sampled_from(["BackOff", "Failed", "NodeNotReady", "Started"])
KINDS = st.sampled_from(["Pod", "Node", "Job"])
NAMESPACES = st.sampled_from(["shop", "team-a", "infra"])
SEVERITIES = st.sampled_from(["critical", "high", "medium", "low"])


def _values(exact: st.SearchStrategy[str]) -> st.SearchStrategy[list[Any]]:
    operator = st.one_of(
        st.builds(lambda text: {"prefix": text[:2]}, exact),
        st.builds(lambda text: {"wildcard": f"{text[:1]}*{text[-1:]}"}, exact),
        st.builds(lambda text: {"wildcard": f"*{text[1:]}"}, exact),
        st.builds(lambda text: {"anything-but": text}, exact),
        st.builds(lambda there: {"exists": there}, st.booleans()),
    )
    return st.lists(exact, min_size=1, max_size=3) | st.lists(exact | operator, min_size=1, max_size=2)


_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "reason": _values(REASONS),
        "severity": st.lists(SEVERITIES, min_size=1, max_size=2),
        "count": st.builds(lambda: [{"numeric": [">", 3]}]),  # a new one each: a test changes them
        "involvedObject": st.fixed_dictionaries(
            {}, optional={"kind": _values(KINDS), "namespace": _values(NAMESPACES)}
        ).filter(bool),
    },
).filter(bool)

PATTERNS = _FIELDS | st.builds(
    lambda fields, one, two: fields | {"$or": [one, two]}, _FIELDS, _FIELDS, _FIELDS
)

_OWN = {
    "match": PATTERNS,
    "receivers": st.lists(st.sampled_from("abcd"), unique=True, max_size=2),
    "continue": st.booleans(),
    "group_by": st.lists(st.sampled_from(["reason", "cluster.name", "node"]), unique=True),
    "group_wait": st.sampled_from(["0s", "30s", "1h30m"]),
    "repeat_interval": st.sampled_from(["1h", "4h"]),
}

ROUTES = st.recursive(
    st.fixed_dictionaries({}, optional=_OWN),
    lambda inner: st.fixed_dictionaries({"routes": st.lists(inner, max_size=3)}, optional=_OWN),
    max_leaves=8,
)


def as_root(route: dict[str, Any]) -> dict[str, Any]:
    """What may stand on the root."""
    return {"receivers": []} | {
        key: value for key, value in route.items() if key not in {"match", "continue"}
    }


RULES = st.fixed_dictionaries(
    {"route": ROUTES.map(as_root)},
    optional={
        "drop": st.lists(PATTERNS, max_size=3),
        "severity": st.lists(st.fixed_dictionaries({"match": PATTERNS, "severity": SEVERITIES}), max_size=3),
    },
)

EVENTS = st.builds(
    lambda reason, kind, namespace, count: event(
        reason=reason, involvedObject={"kind": kind, "namespace": namespace, "uid": "u"}, count=count
    ),
    st.none() | REASONS,
    st.just("") | KINDS,
    st.just("") | NAMESPACES,
    st.integers(1, 6),
)
