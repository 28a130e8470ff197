"""Routes and rules of kubernetes-event-exporter, case by case: whom an event is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kube_events.errors import CommandError
from kube_events.rule_import.exporter_import import import_exporter
from kube_events.rule_import.imported import Imported
from tests.kube_events.rule_import.deciding import ruleset, tells

EXAMPLE = Path(__file__).parent / "exporter_example.yaml"


def imported(config: str | dict[str, Any], *, left_out: tuple[str, ...] = (), **variables: str) -> Imported:
    text = config if isinstance(config, str) else yaml.safe_dump(config, sort_keys=False)
    return import_exporter(text, file="config.yaml", variables=variables, left_out=left_out)


def event(**fields: Any) -> dict[str, Any]:
    """An event of core/v1; `namespace`, `kind`, `labels` and the like go where they belong."""
    raw: dict[str, Any] = {"metadata": {}, "involvedObject": {}, "source": {}}
    places = {"namespace": "metadata", "component": "source", "host": "source"}
    for key, value in fields.items():
        if key in {"kind", "apiVersion", "labels", "annotations"}:
            raw["involvedObject"][key] = value
        elif key in places:
            raw[places[key]][key] = value
        else:
            raw[key] = value
    return raw


def told(route: dict[str, Any], raw: dict[str, Any]) -> list[str]:
    return tells(ruleset(imported({"route": route})), raw)


PROD_BETA = {"env": "prod", "version": "beta-1"}


@pytest.mark.parametrize(
    ("rule", "raw", "expected"),
    [
        pytest.param({}, event(), True, id="an empty rule takes everything"),
        pytest.param({"namespace": "shop"}, event(namespace="shop"), True, id="a namespace"),
        pytest.param({"namespace": "shop"}, event(namespace="bank"), False, id="another namespace"),
        pytest.param({"namespace": "shop"}, event(namespace="my-shop-2"), True, id="unanchored"),
        pytest.param({"namespace": "shop-*"}, event(namespace="shop"), True, id="a star repeats the hyphen"),
        pytest.param(
            {"namespace": "sho*"}, event(namespace="shed"), True, id="a star repeats a letter, or not"
        ),
        pytest.param({"kind": "Po*"}, event(kind="PVC"), True, id="a star at the end asks for nothing"),
        pytest.param({"kind": "pod"}, event(kind="Pod"), False, id="letters have a case"),
        pytest.param({"kind": "Pod|Node"}, event(kind="Node"), True, id="alternatives"),
        pytest.param(
            {"type": "Deployment|ReplicaSet"}, event(type="Warning"), False, id="neither alternative"
        ),
        pytest.param(
            {"message": "pulled.*nginx.*"},
            event(message='pulled image "nginx:1"'),
            True,
            id="a gap in a message",
        ),
        pytest.param(
            {"message": "pulled.*nginx"}, event(message="pulled\nnginx"), False, id="a gap in one line"
        ),
        pytest.param({"message": "^$"}, event(), True, id="an empty message"),
        pytest.param({"host": "^$"}, event(host="node-1"), False, id="no empty host"),
        pytest.param(
            {"reason": "FailedCreatePod"}, event(reason="FailedCreate"), False, id="longer than the reason"
        ),
        pytest.param(
            {"reason": "FailedCreate"}, event(reason="FailedCreatePod"), True, id="part of the reason"
        ),
        pytest.param(
            {"apiVersion": "^apps/v1$"}, event(apiVersion="apps/v1"), True, id="the object's apiVersion"
        ),
        pytest.param({"component": "kubelet"}, event(component="kubelet"), True, id="a component"),
        pytest.param({"labels": {"version": "beta"}}, event(labels=PROD_BETA), True, id="part of a label"),
        pytest.param({"labels": {"version": "alpha"}}, event(labels=PROD_BETA), False, id="another label"),
        pytest.param(
            {"labels": {"env": "prod", "version": "beta"}}, event(labels=PROD_BETA), True, id="both labels"
        ),
        pytest.param(
            {"labels": {"env": "prod", "tier": "x"}}, event(labels=PROD_BETA), False, id="one is missing"
        ),
        pytest.param(
            {"labels": {"tier": ".*"}}, event(labels=PROD_BETA), False, id="a label has to be there"
        ),
        pytest.param({"labels": {"env": ""}}, event(labels=PROD_BETA), True, id="any value of a label"),
        pytest.param({"labels": {"a.b/c": "x"}}, event(labels={"a.b/c": "xy"}), True, id="a name with dots"),
        pytest.param(
            {"annotations": {"team": "pa*"}}, event(annotations={"team": "pay"}), True, id="an annotation"
        ),
        pytest.param({"minCount": 30}, event(count=5), False, id="too few"),
        pytest.param({"minCount": 5}, event(count=5), True, id="enough"),
        pytest.param({"minCount": 0}, event(), True, id="any number"),
        pytest.param(
            {"namespace": "^shop$", "type": "Warning"},
            event(namespace="shop", type="Normal"),
            False,
            id="one is not so",
        ),
        pytest.param({"namespace": "*test*"}, event(namespace="my-test"), False, id="no expression at all"),
        pytest.param({"namespace": "(?!kube)"}, event(namespace="shop"), False, id="there is no look-ahead"),
        pytest.param({"involvedObject": {"name": "x"}}, event(), True, id="an unknown field is passed over"),
    ],
)
def test_a_rule_takes_what_it_took(rule: dict[str, Any], raw: dict[str, Any], expected: bool) -> None:
    assert told({"match": [{**rule, "receiver": "chat"}]}, raw) == (["chat"] if expected else [])


SHOP = event(namespace="shop")


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        pytest.param({}, [], id="an empty route tells nobody"),
        pytest.param(
            {"match": [{"receiver": "a"}]}, ["a"], id="an item without a condition takes everything"
        ),
        pytest.param(
            {"drop": [{"namespace": "shop"}], "match": [{"receiver": "a"}]}, [], id="drop comes first"
        ),
        pytest.param(
            {"drop": [{}], "match": [{"receiver": "a"}]}, [], id="an empty drop rule drops everything"
        ),
        pytest.param(
            {"match": [{"namespace": "shop", "receiver": "a"}, {"receiver": "b"}]},
            ["a", "b"],
            id="each item sends",
        ),
        pytest.param(
            {"match": [{"namespace": "bank", "receiver": "a"}, {"receiver": "b"}]},
            ["b"],
            id="an item sends though another fails",
        ),
        pytest.param(
            {"match": [{"namespace": "bank"}, {"receiver": "b"}]},
            ["b"],
            id="a condition is none for the next item",
        ),
        pytest.param(
            {"match": [{"namespace": "shop"}], "routes": [{"match": [{"receiver": "a"}]}]},
            ["a"],
            id="nested routes",
        ),
        pytest.param(
            {
                "match": [{"namespace": "shop", "receiver": "a"}, {"namespace": "^bank"}],
                "routes": [{"match": [{"receiver": "b"}]}],
            },
            ["a"],
            id="nested routes want all items",
        ),
        pytest.param(
            {
                "match": [{"namespace": "sh"}, {"namespace": "op"}],
                "routes": [{"match": [{"receiver": "b"}]}],
            },
            ["b"],
            id="two conditions on one field",
        ),
        pytest.param(
            {"match": [{"receiver": "a"}], "routes": [{"match": [{"receiver": "b"}]}]},
            ["a", "b"],
            id="a route and the one below it both tell",
        ),
        pytest.param(
            {
                "match": [{"receiver": "a"}],
                "routes": [
                    {"drop": [{"namespace": "shop"}], "match": [{"receiver": "b"}]},
                    {"match": [{"receiver": "c"}]},
                ],
            },
            ["a", "c"],
            id="what a route drops its siblings still see",
        ),
        pytest.param(
            {"routes": [{"match": [{"receiver": "a"}]}, {"match": [{"receiver": "b"}]}]},
            ["a", "b"],
            id="all siblings are visited",
        ),
        pytest.param(
            {"match": [{"namespace": "*x*", "receiver": "a"}], "routes": [{"match": [{"receiver": "b"}]}]},
            [],
            id="below a broken item nothing is reached",
        ),
        pytest.param(
            {"drop": [{"namespace": "*shop*"}], "match": [{"receiver": "a"}]},
            ["a"],
            id="a broken drop drops nothing",
        ),
        pytest.param(
            {"match": [{"receiver": "a"}], "routes": [{"match": [{"receiver": "a"}]}]},
            ["a", "a"],
            id="twice by two ways",
        ),
    ],
)
def test_a_route_tells_whom_it_told(route: dict[str, Any], expected: list[str]) -> None:
    assert told(route, SHOP) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (event(type="Normal", kind="Job"), ["keep", "on-call", "hook"]),
        (event(type="Warning", kind="Job"), ["keep", "on-call", "hook", "lake"]),
        (event(type="Normal", namespace="my-sandbox", count=9), ["keep", "on-call", "hook"]),
        (
            event(type="Warning", kind="Pod", labels={"version": "dev"}),
            ["keep", "on-call", "hook", "chat", "lake"],
        ),
        (event(type="Normal", kind="Pod", labels={"version": "1"}), ["keep", "on-call", "hook"]),
    ],
)
def test_the_example_tells_whom_it_told(raw: dict[str, Any], expected: list[str]) -> None:
    assert tells(ruleset(imported(EXAMPLE.read_text(encoding="utf-8"))), raw) == expected


def test_a_receiver_that_is_left_out_takes_its_routes_with_it() -> None:
    result = imported(EXAMPLE.read_text(encoding="utf-8"), left_out=("keep", "lake"))
    assert tells(ruleset(result), event(type="Warning", kind="Job")) == ["on-call", "hook"]
    assert "lake" not in result.rules
    assert "Normal" not in result.rules  # nothing is left of a route that tells nobody


def test_a_namespace_that_alone_was_watched_alone_is_told() -> None:
    config = {"namespace": "shop", "route": {"match": [{"receiver": "a"}]}}
    rules = ruleset(imported(config))
    assert tells(rules, SHOP) == ["a"]
    assert tells(rules, event(namespace="shop-2")) == []


def test_labels_never_matched_without_their_lookup() -> None:
    config = {"omitLookup": True, "route": {"match": [{"labels": {"a": "b"}, "receiver": "x"}]}}
    assert tells(ruleset(imported(config)), event(labels={"a": "b"})) == []


def test_variables_of_the_environment_are_put_in_and_a_dollar_at_an_end_stays() -> None:
    text = 'route: {match: [{namespace: "^$SPACE$", reason: "^Failed$|^${WHY}$", receiver: a}]}'
    rules = ruleset(imported(text, SPACE="shop", WHY="BackOff"))
    assert tells(rules, event(namespace="shop", reason="BackOff")) == ["a"]
    assert tells(rules, event(namespace="shop", reason="Failed")) == ["a"]
    assert tells(rules, event(namespace="shop-2", reason="Failed")) == []


def test_anchors_and_merged_mappings_of_yaml_count() -> None:
    text = """
    common: &common {namespace: ^shop$, receiver: a}
    route:
      match:
        - {<<: *common, type: Warning}
        - &other {reason: BackOff, receiver: b}
        - *other
    """
    rules = ruleset(imported(text))
    assert tells(rules, event(namespace="shop", type="Warning", reason="BackOff")) == ["a", "b"]
    assert tells(rules, event(namespace="shop", type="Normal")) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("route: [", "config.yaml: line 1"),
        ("route: {match: {receiver: a}}", "config.yaml:1: route.match: expected a list"),
        ("route:\n  match:\n  - receiver: [a]", "config.yaml:3: route.match[0].receiver: expected a text"),
        (
            "route: {match: [{minCount: many}]}",
            "config.yaml:1: route.match[0].minCount: expected a whole number",
        ),
        ("route: {match: [{minCount: 9999999999}]}", "expected a whole number of 32 bits"),
        ("[]", "config.yaml:1: : expected a mapping"),
        ("route: &a {routes: [*a]}", "config.yaml: an alias stands inside of what it stands for"),
        ("route: {match: [{receiver: a}, {receiver: a, receiver: b}]}", "the key receiver stands here twice"),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_place(text: str, error: str) -> None:
    with pytest.raises(CommandError) as caught:
        imported(text)
    assert error in caught.value.lines[0]


def test_a_tree_deeper_than_a_rule_file_may_be_is_refused() -> None:
    route: dict[str, Any] = {"match": [{"receiver": "a"}]}
    for _ in range(40):
        route = {"drop": [{"type": "Odd"}], "routes": [route]}
    with pytest.raises(CommandError, match=r"cannot be said in a rule file: .*levels of routes"):
        imported({"route": route})
