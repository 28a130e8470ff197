"""Hypothesis' strategies for settings of both tools and for events that they can tell apart."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.kube_events.rule_import.peer_semantics import EXPRESSIONS

RECEIVERS = ["dump", "alert", "chat", "mail"]

_NAMESPACES = ["default", "kube-system", "prod-shop", "my-test", "orders-db"]
_VALUES: dict[str, list[str]] = {
    "reason": ["BackOff", "Failed", "FailedMount", "OOMKilled", "Pulled", ""],
    "type": ["Normal", "Warning", "Odd", ""],
    "message": ["Back-off pulling image nginx", "pull\nimage", "a1\nb2\nc3\nd4", "took 12 s", "aab", ""],
    "kind": ["Pod", "Node", "PodGroup", ""],
    "apiVersion": ["v1", "apps/v1", "test/v1beta1", ""],
    "component": ["kubelet", "kube-scheduler", ""],
    "host": ["node-1", "orders-db", ""],
}
_NAMED = ("labels", "annotations")
_KEYS = ("version", "app.kubernetes.io/name")
_LABELS = ["alpha", "alpha-1", "beta", ""]

_LIKELY = {
    "namespace": ["kube-*", "^(prod|stage)-", "-db$", "^kube-", ".*"],
    "reason": ["Failed(Mount|AttachVolume)?", "Back.?Off", "(?i)oom", "[^Failed*]"],
    "type": ["Warning", "Normal", ".+"],
    "message": ["pull.*image", r"\d{2,}", "(a+)+b", "[0-9]+", "a.*b.*c.*d"],
    "kind": ["Pod", "^Pod$", "Pod|Node"],
    "apiVersion": [r"v1$|^apps/", ".+"],
    "component": ["kube-*", "^kube-", "^$"],
    "host": ["-db$", "[0-9]+", "^$"],
    "labels": ["alpha", r"\Aalpha-[0-9]+\z", "^$", ".*", ""],
    "annotations": ["alpha", "[0-9]+", ""],
}
"""Expressions that are found in some values of a field."""


def _expression(key: str) -> st.SearchStrategy[str]:
    likely = st.sampled_from(_LIKELY[key])
    return st.one_of(likely, likely, likely, st.sampled_from(sorted(EXPRESSIONS)))


def _some(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


def _without_empty(value: Any) -> Any:
    """As Kubernetes writes it: what is empty is left out, but for the values of labels."""
    if isinstance(value, dict):
        return {name: _without_empty(one) for name, one in value.items() if one not in ("", {})}
    return value


def _event(draw: Random) -> dict[str, Any]:
    """An event of core/v1 with labels and annotations of its object."""
    namespace = draw.choice(_NAMESPACES)
    event = {
        "metadata": {"namespace": namespace},
        "involvedObject": {
            "kind": draw.choice(_VALUES["kind"]),
            "apiVersion": draw.choice(_VALUES["apiVersion"]),
            "namespace": draw.choice([namespace, ""]),
        },
        "source": {"component": draw.choice(_VALUES["component"]), "host": draw.choice(_VALUES["host"])},
        **{key: draw.choice(_VALUES[key]) for key in ("reason", "type", "message")},
        "count": draw.choice([1, 1, 4, 5, 12]),
    }
    bare: dict[str, Any] = _without_empty(event)
    named = {key: {name: draw.choice(_LABELS) for name in _KEYS if draw.random() < 0.6} for key in _NAMED}
    bare.setdefault("involvedObject", {}).update(named)
    return bare


EVENTS = [_event(Random(seed)) for seed in range(80)]  # noqa: S311 - the same ones in every run
"""Events that differ in everything that a rule can ask for."""


@st.composite
def rules(draw: st.DrawFn, *, drop: bool = False) -> dict[str, Any]:
    """Rules of kubernetes-event-exporter, broken ones among them."""
    fields = _some(["namespace", *_VALUES, *_NAMED, "minCount"])
    keys = draw(st.lists(fields, min_size=int(drop), max_size=2, unique=True))
    rule: dict[str, Any] = {}
    for key in keys:
        if key in _NAMED:
            rule[key] = {"version": draw(_expression(key))}
        elif key == "minCount":
            rule[key] = draw(st.sampled_from([-1, 1, 5]))
        else:
            rule[key] = draw(_expression(key))
    if not drop and draw(st.integers(0, 3)):
        rule["receiver"] = draw(_some(RECEIVERS))
    return rule


def routes(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """Trees of routes of kubernetes-event-exporter."""
    inner = st.just([]) if depth == 0 else st.lists(st.deferred(lambda: routes(depth - 1)), max_size=3)
    return st.fixed_dictionaries(
        {"match": st.lists(rules(), max_size=2)},
        optional={"drop": st.lists(rules(drop=True), max_size=2), "routes": inner},
    )


def _comma_list(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, max_size=3).map(",".join)


def _options(*, reason: bool) -> st.SearchStrategy[dict[str, list[str]]]:
    names = _comma_list(_some([*_NAMESPACES, ""]))
    kinds = _comma_list(_some(["Pod", "Node", " Pod"]))
    plain = st.sampled_from([one for one in sorted(EXPRESSIONS) if "," not in one])
    optional = {
        "level": st.lists(_some(["Normal", "Warning", "warning", ""]), min_size=1, max_size=2),
        "namespaces": st.lists(names, min_size=1, max_size=2),
        "kinds": st.lists(kinds, min_size=1, max_size=2),
    }
    if reason:
        reasons = _comma_list(st.one_of(plain, st.just("")))
        optional["reason"] = st.lists(reasons, min_size=1, max_size=2)
    return st.fixed_dictionaries({}, optional=optional)


def sinks() -> st.SearchStrategy[tuple[str, dict[str, list[str]]]]:
    """Sinks of kube-eventer that filter, with the options that they filter by."""
    chats = st.tuples(st.sampled_from(["dingtalk", "wechat"]), _options(reason=False))
    return st.one_of(chats, st.tuples(st.just("webhook"), _options(reason=True)))
