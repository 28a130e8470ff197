"""Parsing a rule file: all errors at once, each with its path, what stands there, and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.rules import RulesInvalid, compile_rules, encode_compiled, parse_rules
from tests.eventcore.rules.documents import RECEIVERS, errors, rules
from tests.eventcore.rules.strategies import RULES
from tests.eventcore.strategies import JSON_VALUES


def test_a_whole_file_is_parsed_into_structs() -> None:
    parsed = parse_rules(
        {
            "drop": [{"reason": ["LeaderElection"]}],
            "severity": [{"match": {"reason": ["FailedMount"]}, "severity": "critical"}],
            "route": {
                "receiver": "ops-mail",
                "group_by": ["cluster.name", "metadata.labels.app.kubernetes.io/name"],
                "group_wait": "1m30s",
                "routes": [{"match": {"severity": ["critical"]}, "receivers": RECEIVERS, "continue": True}],
            },
        },
        receivers=RECEIVERS,
    )
    assert parsed.drop == ({"reason": ["LeaderElection"]},)
    assert parsed.severity[0].severity == "critical"
    assert parsed.route.group_wait == 90.0
    assert parsed.route.group_interval is None
    (child,) = parsed.route.routes
    assert (child.path, child.receivers, child.continues) == ("route.routes[0]", tuple(RECEIVERS), True)


def test_without_a_list_of_receivers_every_name_is_taken() -> None:
    assert parse_rules({"route": {"receiver": "anybody"}}).route.receivers == ("anybody",)


@pytest.mark.parametrize(
    ("document", "path", "says"),
    [
        (None, "", "a mapping with the keys drop, severity, route, inhibit"),
        ([], "", "a mapping"),
        ({}, "route", "a route"),
        (rules(drops=[]), "drops", "did you mean drop?"),
        (rules(drop={}), "drop", "a list of patterns"),
        (rules(drop=[{}]), "drop[0]", "an object of fields"),
        (rules(severity=[5]), "severity[0]", "an object such as"),
        (rules(severity=[{"severity": "low"}]), "severity[0].match", "an object of fields"),
        (
            rules(severity=[{"match": {"reason": ["A"]}, "severity": "hihg"}]),
            "severity[0].severity",
            "did you mean high?",
        ),
        (
            rules(severity=[{"match": {"reason": ["A"]}, "serverity": "low"}]),
            "severity[0].serverity",
            "did you mean severity?",
        ),
        (rules(route=[]), "route", "a route"),
        (rules(route={}), "route", "a receiver for the root route"),
        (
            rules(route={"receiver": "ops-mail", "match": {"reason": ["A"]}}),
            "route.match",
            "takes every event",
        ),
        (rules(route={"receiver": "ops-mail", "continue": True}), "route.continue", "takes every event"),
        (rules(route={"receiver": "ops-mial"}), "route.receiver", "did you mean ops-mail?"),
        (rules(route={"receiver": "a b"}), "route.receiver", "letters, digits"),
        (rules(route={"receiver": None}), "route.receiver", "letters, digits"),
        (rules(route={"receivers": "ops-mail"}), "route.receivers", "a list of receivers"),
        (rules(route={"receivers": ["ops-mail", "ops-mail"]}), "route.receivers[1]", "once"),
        (rules(route={"receiver": "ops-mail", "receivers": []}), "route.receivers", "not both"),
        (rules(route={"receiver": "ops-mail", "matchers": []}), "route.matchers", "one of"),
        (
            rules(route={"receiver": "ops-mail", "mute_time_intervals": ["x"]}),
            "route.mute_time_intervals",
            "tells at all times",
        ),
        (rules(route={"receiver": "ops-mail", "routes": {}}), "route.routes", "a list of routes"),
        (rules(route={"receiver": "ops-mail", "routes": [5]}), "route.routes[0]", "a route"),
        (
            rules(route={"receiver": "ops-mail", "routes": [{"continue": "yes"}]}),
            "route.routes[0].continue",
            "true or false",
        ),
        (rules(route={"receiver": "ops-mail", "group_by": "reason"}), "route.group_by", "a list of fields"),
        (
            rules(route={"receiver": "ops-mail", "group_by": ["clutser.name"]}),
            "route.group_by[0]",
            "did you mean cluster.name?",
        ),
        (
            rules(route={"receiver": "ops-mail", "group_by": ["reason", "reason"]}),
            "route.group_by[1]",
            "once",
        ),
        (rules(route={"receiver": "ops-mail", "group_by": [{}]}), "route.group_by[0]", "a field"),
        (rules(route={"receiver": "ops-mail", "group_by": ["...", "reason"]}), "route.group_by", "either"),
        (
            rules(route={"receiver": "ops-mail", "group_by": ["metadata.labels."]}),
            "route.group_by[0]",
            "a field",
        ),
        (rules(route={"receiver": "ops-mail", "resolve_after": "0s"}), "route.resolve_after", "at least 1s"),
        (rules(notify_max_age="half an hour"), "notify_max_age", "a duration"),
        (rules(notify_max_age="0"), "notify_max_age", "at least 1s"),
        (rules(route={"receiver": "ops-mail", "group_wait": 30}), "route.group_wait", "a duration"),
        (
            rules(route={"receiver": "ops-mail", "group_interval": "0s"}),
            "route.group_interval",
            "at least 1s",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(document: Any, path: str, says: str) -> None:
    found = errors(document)
    assert path in found
    assert says in found[path]


@pytest.mark.parametrize(
    ("pattern", "path", "says"),
    [
        ({"involvedObjekt": {"kind": ["Pod"]}}, "involvedObjekt", "did you mean involvedObject?"),
        ({"involvedObject": {"knid": ["Pod"]}}, "involvedObject.knid", "did you mean kind?"),
        ({"involvedObject.kind": ["Pod"]}, '["involvedObject.kind"]', "did you mean involvedObject?"),
        ({"$or": [{"tpye": ["A"]}, {"type": ["B"]}]}, "$or[0].tpye", "did you mean type?"),
        ({"involvedObject": ["Pod"]}, "involvedObject", "an object of fields: kind"),
        ({"metadata": {"labels": ["app"]}}, "metadata.labels", "any names"),
        ({"reason": {"kind": ["Pod"]}}, "reason", "a list of values"),
        ({"involvedObject": {"owners": {"knid": ["Job"]}}}, "involvedObject.owners.knid", "mean kind?"),
        ({"container": {"exitCode": ["137"]}}, "container.exitCode[0]", "a number"),
        ({"severity": ["Critical"]}, "severity[0]", "did you mean critical?"),
        ({"count": ["5"]}, "count[0]", "a number"),
        ({"count": [{"prefix": "5"}]}, "count[0]", "the field is a number"),
        ({"reason": [{"numeric": ["=", 5]}]}, "reason[0]", "the field is no number"),
        ({"reason": [5]}, "reason[0]", "in quotes"),
        ({"reason": [True]}, "reason[0]", "in quotes"),
        ({"reason": [None]}, "reason[0]", "never null"),
        ({"reason": [""]}, "reason[0]", '[{"exists": false}]'),
        ({"synthetic": [False]}, "synthetic[0]", '[{"exists": false}]'),
        ({"synthetic": [{"prefix": "t"}]}, "synthetic[0]", "true or exists"),
        ({"message": [{"regex": "(a+)+"}]}, "message[0]", "an unbounded repeat"),
    ],
)
def test_a_field_or_a_value_that_no_event_has_is_an_error(
    pattern: dict[str, Any], path: str, says: str
) -> None:
    found = errors(rules(drop=[pattern]))
    (place,) = found
    assert place == f"drop[0].{path}".replace(".[", "[")
    assert says in found[place]


@pytest.mark.parametrize(
    "pattern",
    [
        {"cluster": {"name": ["prod-eu"], "region": [{"prefix": "eu-"}], "account": ["123456789012"]}},
        {"metadata": {"labels": {"app.kubernetes.io/name": ["web", ""]}}},
        {"metadata": {"annotations": {"anything": [{"exists": False}]}}},
        {"related": {"kind": ["Pod"]}},
        {"involvedObject": {"labels": {"app": ["web"]}, "annotations": {"team": [{"exists": True}]}}},
        {"involvedObject": {"owners": {"kind": ["Deployment"], "name": [{"prefix": "web-"}]}}},
        {"container": {"name": ["app"], "exitCode": [{"numeric": [">", 128]}], "init": [True]}},
        {"count": [5, {"numeric": [">", 3]}, {"anything-but": 7}]},
        {"synthetic": [True, {"exists": False}]},
        {"lastSeen": [{"prefix": "2026-11-"}]},
        {"truncated": ["message"]},
        {"severity": ["critical", {"anything-but": "low"}]},
        {"node": [{"cidr": "10.0.0.0/8"}]},
    ],
)
def test_every_field_of_the_event_can_be_spoken_of(pattern: dict[str, Any]) -> None:
    parse_rules(rules(drop=[pattern]))


def test_all_errors_come_at_once_and_each_is_a_line() -> None:
    document = {
        "drop": [{"reason": "A"}, {"raeson": ["B"]}],
        "severity": [{"match": {"count": ["1"]}, "severity": "worst"}],
        "route": {"reciever": "ops-mail", "group_wait": "soon", "routes": [{"receiver": "nobody"}]},
    }
    with pytest.raises(RulesInvalid) as caught:
        parse_rules(document, receivers=RECEIVERS)
    assert len(caught.value.errors) == 8
    assert str(caught.value).splitlines()[0] == (
        'drop[0].reason: expected a list of values, such as ["A"], or an object of fields; found "A"'
    )


def test_rules_that_contain_themselves_are_refused() -> None:
    route: dict[str, Any] = {"receiver": "ops-mail"}
    route["routes"] = [route]
    assert any("levels of routes" in allowed for allowed in errors({"route": route}).values())


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a document and each key or position in it."""
    keys = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


@given(RULES, st.data(), JSON_VALUES)
@settings(deadline=None, max_examples=300)
def test_whatever_stands_anywhere_gives_rules_or_errors(
    document: dict[str, Any], data: st.DataObject, odd: Any
) -> None:
    # GIVEN rules that are right, but for one odd value somewhere
    container, key = data.draw(st.sampled_from(_places(document)))
    container[key] = odd
    # WHEN / THEN
    try:
        rule_file = parse_rules(document)
    except RulesInvalid:
        return
    assert encode_compiled(compile_rules(rule_file, source_sha256="0" * 64))
