"""Selection: what the server leaves out and what we leave out are together what the rules say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.event import Event
from eventcore.normalise import normalise
from exporter.selection import Selection
from exporter.selection.drop_rules import DropRules, drop_faults
from exporter.selection.field_selector import LABELS, MAX_SELECTOR_CHARACTERS
from tests.exporter.selection.server_side import selects

NOW = datetime(2026, 11, 21, tzinfo=UTC)

TEXTS = ("a", "b", "Normal", "a,b", "k=v", "back\\slash", "é", "a" * 1023, "a" * 1024, "\ufffd", "!x", " ")
RAW_TEXTS = (*TEXTS, "", "a" * 1025, "\ud800")


def event(raw: dict[str, Any]) -> Event:
    return normalise(raw, cluster="demo", received_at=NOW)


def _nested(trail: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(trail):
        value = {name: value}
    return value


trails = st.sampled_from([*LABELS, ("message",), ("source", "host"), ("node",)])
alternatives = st.lists(
    st.one_of(
        st.sampled_from(TEXTS),
        st.sampled_from([{"prefix": "a"}, {"exists": False}, {"exists": True}, {"anything-but": ["a"]}]),
    ),
    min_size=1,
    max_size=3,
)
one_field = st.builds(_nested, trails, alternatives)
two_fields = st.fixed_dictionaries({"reason": alternatives, "type": alternatives})
both_of_one = st.fixed_dictionaries(
    {"involvedObject": st.fixed_dictionaries({"kind": alternatives, "name": alternatives})}
)
plain = st.one_of(one_field, two_fields, both_of_one)
either = st.builds(lambda options: {"$or": options}, st.lists(plain, min_size=2, max_size=3))
inner_or = st.builds(
    lambda options: {"involvedObject": {"$or": options}},
    st.lists(
        st.builds(_nested, st.sampled_from([("kind",), ("name",)]), alternatives), min_size=2, max_size=2
    ),
)
patterns = st.lists(st.one_of(plain, either, inner_or), max_size=4)

raw_texts = st.sampled_from(RAW_TEXTS)
some_texts = dict.fromkeys(("kind", "namespace", "name", "uid", "apiVersion", "fieldPath"), raw_texts)
raw_events = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries({}, optional={"name": raw_texts, "namespace": raw_texts}),
        "involvedObject": st.fixed_dictionaries({}, optional=some_texts),
        "source": st.fixed_dictionaries({}, optional={"component": raw_texts, "host": raw_texts}),
        **dict.fromkeys(("reason", "type", "message", "reportingComponent"), raw_texts),
    },
)


@given(patterns, st.lists(raw_events, min_size=1, max_size=8))
def test_what_is_pushed_and_what_is_left_drop_together_what_the_rules_drop(
    drop: list[dict[str, Any]], raws: list[dict[str, Any]]
) -> None:
    selection = Selection((), drop)
    for raw in raws:
        read = selects(selection.field_selector, raw)
        shipped = read and not (selection.drops and selection.drops(event(raw)))
        assert shipped is not DropRules(drop).drop(event(raw))


@pytest.mark.parametrize(
    ("drop", "selector"),
    [
        ([], ""),
        ([{"type": ["Normal"]}], "type!=Normal"),
        ([{"reason": ["Pulled", "Created"]}], "reason!=Pulled,reason!=Created"),
        ([{"$or": [{"reason": ["A"]}, {"type": ["B"]}]}], "reason!=A,type!=B"),
        (
            [{"metadata": {"namespace": ["kube-system"]}}, {"involvedObject": {"kind": ["Node"]}}],
            "metadata.namespace!=kube-system,involvedObject.kind!=Node",
        ),
        ([{"source": {"component": ["kubelet"]}}], "source!=kubelet"),
        ([{"reason": ["A"]}, {"reason": ["A"]}], "reason!=A"),
        ([{"reason": ["a,b=c\\"]}], "reason!=a\\,b\\=c\\\\"),
    ],
)
def test_exact_values_of_one_field_are_left_to_the_server(drop: list[dict[str, Any]], selector: str) -> None:
    selection = Selection((), drop)
    assert selection.field_selector == selector
    # THEN nothing is left to be tried for each event that is read
    assert selection.drops is None


@pytest.mark.parametrize(
    "pattern",
    [
        {"reason": ["A"], "type": ["Normal"]},
        {"reason": [{"prefix": "A"}]},
        {"type": [{"anything-but": ["Warning"]}]},
        {"message": ["m"]},
        {"severity": ["low"]},
        {"reason": ["x" * 1024]},
        {"reason": ["\ufffd"]},
        {"involvedObject": {"$or": [{"kind": ["Pod"]}, {"name": ["x"]}]}},
    ],
)
def test_what_a_selector_cannot_say_exactly_stays_here(pattern: dict[str, Any]) -> None:
    assert Selection((), [pattern]).field_selector == ""


def test_of_one_field_the_exact_values_go_and_the_others_stay() -> None:
    selection = Selection((), [{"reason": ["A", {"prefix": "B"}]}])
    assert selection.field_selector == "reason!=A"
    assert selection.drops
    assert selection.drops(event({"reason": "Bx"}))
    assert not selection.drops(event({"reason": "A"}))


def test_a_selector_stays_short_enough_for_a_url_and_the_rest_is_done_here() -> None:
    names = [f"reason-{number:05}" for number in range(1000)]
    selection = Selection((), [{"reason": names}])
    assert len(selection.field_selector) < MAX_SELECTOR_CHARACTERS
    assert selection.drops
    kept = [
        name
        for name in names
        if selects(selection.field_selector, {"reason": name})
        and not selection.drops(event({"reason": name}))
    ]
    assert kept == []


def test_an_event_that_was_made_here_meets_the_rules_that_the_server_was_given() -> None:
    # GIVEN a rule that the server applies to what is read; it never sees a synthetic event
    selection = Selection((), [{"type": ["Normal"]}])
    assert selection.drops is None
    assert selection.drops_synthetic(event({"type": "Normal"}))
    assert not selection.drops_synthetic(event({"type": "Warning"}))
    assert not Selection((), []).drops_synthetic(event({"type": "Normal"}))


def test_the_fingerprint_is_that_of_the_rules_in_any_order_and_not_of_the_namespaces() -> None:
    one, other = {"reason": ["A"], "type": ["Normal"]}, {"type": ["Normal"], "reason": ["A"]}
    assert Selection((), [one, {"reason": ["B"]}]).fingerprint == "f02542163d7d93fa"
    assert Selection(("shop",), [{"reason": ["B"]}, other]).fingerprint == "f02542163d7d93fa"
    assert Selection((), [one]).fingerprint != Selection((), [{"reason": ["B"]}]).fingerprint
    assert Selection((), []).fingerprint == ""


@pytest.mark.parametrize(
    ("pattern", "path", "allowed"),
    [
        ({"reson": ["A"]}, "drop[0].reson", "did you mean reason?"),
        ({"reason": "A"}, "drop[0].reason", "a list of values"),
        ({"severity": ["bad"]}, "drop[0].severity[0]", "one of"),
        ({"reason": [{"prefx": "A"}]}, "drop[0].reason[0]", "one of the operators"),
        ({}, "drop[0]", "an object of fields"),
        ({"notEnriched": [{"exists": True}]}, "drop[0].notEnriched", "before --enrich"),
        (
            {"$or": [{"type": ["A"]}, {"involvedObject": {"labels": {"app": ["x"]}}}]},
            "drop[0].$or[1].involvedObject.labels",
            "before --enrich",
        ),
    ],
)
def test_a_rule_that_can_never_match_is_said_with_its_place(
    pattern: dict[str, Any], path: str, allowed: str
) -> None:
    (fault,) = drop_faults([pattern])
    assert fault.path == path
    assert allowed in fault.allowed
