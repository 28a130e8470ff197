"""rules/schema.json: made from the parser's tables; it takes what is right, and refuses what a schema can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.patterns.leaf import OPERATOR_NAMES
from eventcore.rules import RulesInvalid, parse_rules
from eventcore.rules.schema import encode_schema, rules_schema
from tests.eventcore.rules.documents import rules
from tests.eventcore.rules.strategies import RULES

DIRECTORY = Path(__file__).parents[2] / "rules"
FILES = [file for file in sorted(DIRECTORY.rglob("*.yaml")) if not file.name.endswith(".tests.yaml")]
SCHEMA = jsonschema.Draft7Validator(rules_schema())


def refused(document: Any) -> bool:
    return not SCHEMA.is_valid(document)


def test_the_file_that_is_committed_is_the_one_the_code_makes() -> None:
    assert (DIRECTORY / "schema.json").read_bytes() == encode_schema()


def test_it_is_a_schema_of_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(rules_schema())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_takes_the_files_that_we_ship(file: Path) -> None:
    assert not list(SCHEMA.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.parent == DIRECTORY], ids=lambda file: file.name
)
def test_an_editor_finds_it_from_the_files_that_we_ship(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert (file.parent / first.removeprefix("# yaml-language-server: $schema=")).is_file()


@given(RULES)
@settings(deadline=None)
def test_it_takes_what_the_parser_takes(document: dict[str, Any]) -> None:
    parse_rules(document)
    assert not list(SCHEMA.iter_errors(document))


TIME = {"start_time": "22:00", "end_time": "24:00"}


@pytest.mark.parametrize(
    "document",
    [
        rules(notify_max_age="1d12h"),
        rules(route={"receivers": [], "group_by": ["..."], "group_wait": "0"}),
        rules(route={"receiver": "a", "group_by": ["involvedObject.labels.a.b/c"], "group_wait": "0s"}),
        rules(inhibit=[{"source": {"reason": ["A"]}, "target": {"reason": ["B"]}, "equal": ["node"]}]),
        rules(recoveries=[{"problem": ["A"], "recovered_by": ["B"], "kind": "Pod", "resolve_after": "5m"}]),
        rules(
            time_intervals=[{"name": "x", "time_intervals": [{"times": [TIME], "location": "Asia/Tokyo"}]}]
        ),
        rules(
            time_intervals=[
                {
                    "name": "x",
                    "time_intervals": [
                        {
                            "weekdays": ["monday:Friday", "sunday"],
                            "months": ["1:3", "August", 12, "june:july"],
                        },
                        {"days_of_month": ["1:5", "-3:-1", 31], "years": ["2026:2030", 2040]},
                    ],
                }
            ],
            route={
                "receiver": "a",
                "routes": [{"mute_time_intervals": ["x"], "active_time_intervals": ["x"]}],
            },
        ),
        rules(drop=[{"node": [{"cidr": "10.0.0.0/8"}], "count": [{"numeric": [">", 0, "<=", 5]}]}]),
        rules(drop=[{"metadata": {"labels": {"a": ["", {"anything-but": {"prefix": ["x"]}}]}}}]),
        rules(
            drop=[
                {
                    "$or": [
                        {"synthetic": [True]},
                        {"involvedObject": {"$or": [{"kind": ["A"]}, {"name": ["B"]}]}},
                    ]
                }
            ]
        ),
    ],
)
def test_it_takes_every_part_of_the_language(document: dict[str, Any]) -> None:
    parse_rules(document)
    assert not list(SCHEMA.iter_errors(document))


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        rules(drops=[]),
        rules(notify_max_age=30),
        rules(notify_max_age="0s"),
        rules(notify_max_age="m5"),
        rules(drop=[{}]),
        rules(drop=[{"raeson": ["A"]}]),
        rules(drop=[{"reason": "A"}]),
        rules(drop=[{"reason": []}]),
        rules(drop=[{"reason": [5]}]),
        rules(drop=[{"reason": [""]}]),
        rules(drop=[{"reason": [{"numeric": ["=", 5]}]}]),
        rules(drop=[{"reason": [{"sounds-like": "A"}]}]),
        rules(drop=[{"reason": [{"prefix": "A", "suffix": "B"}]}]),
        rules(drop=[{"count": ["5"]}]),
        rules(drop=[{"count": [{"numeric": [">"]}]}]),
        rules(drop=[{"synthetic": [False]}]),
        rules(drop=[{"severity": ["Critical"]}]),
        rules(drop=[{"involvedObject": ["Pod"]}]),
        rules(drop=[{"$or": [{"reason": ["A"]}]}]),
        rules(severity=[{"match": {"reason": ["A"]}, "severity": "hihg"}]),
        rules(severity=[{"severity": "high"}]),
        rules(route={}),
        rules(route={"receiver": "a b"}),
        rules(route={"receiver": "a", "receivers": []}),
        rules(route={"receivers": ["a", "a"]}),
        rules(route={"receiver": "a", "match": {"reason": ["A"]}}),
        rules(route={"receiver": "a", "mute_time_intervals": ["x"]}),
        rules(route={"receiver": "a", "group_by": ["clutser.name"]}),
        rules(route={"receiver": "a", "group_by": ["...", "reason"]}),
        rules(route={"receiver": "a", "group_wait": ""}),
        rules(route={"receiver": "a", "group_interval": "0"}),
        rules(route={"receiver": "a", "routes": [{"continue": "yes"}]}),
        rules(inhibit=[{"source": {"reason": ["A"]}}]),
        rules(recoveries=[{"recovered_by": ["A"]}]),
        rules(recoveries=[{"problem": []}]),
        rules(time_intervals=[{"name": "x", "time_intervals": []}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"location": "UTC"}]}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"times": [{"start_time": "09:00"}]}]}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"times": [TIME | {"end_time": "24:01"}]}]}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"weekdays": ["mondey"]}]}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"weekdays": ["1:3"]}]}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"months": ["13"]}]}]),
        rules(time_intervals=[{"name": "x", "time_intervals": [{"days_of_month": ["32"]}]}]),
    ],
)
def test_it_refuses_what_the_parser_refuses_where_a_schema_can_tell(document: Any) -> None:
    with pytest.raises(RulesInvalid):
        parse_rules(document)
    assert refused(document)


def test_every_operator_has_its_place_in_it() -> None:
    operators = {f"operator.{name}" for name in OPERATOR_NAMES}
    assert operators <= rules_schema()["definitions"].keys()


def test_an_editor_has_something_to_say_of_every_key() -> None:
    schema = rules_schema()
    parts = [schema, *(schema["definitions"][name] for name in ("route", "rootRoute", "timeInterval"))]
    parts += [
        schema["properties"][name]["items"]
        for name in ("severity", "inhibit", "recoveries", "time_intervals")
    ]
    assert all(key["description"] for part in parts for key in part["properties"].values())


def test_every_reference_leads_somewhere() -> None:
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.update({value["$ref"]} if isinstance(value.get("$ref"), str) else ())
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    schema = rules_schema()
    walk(schema)
    for reference in found:
        place: Any = schema
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
        assert place


_KINDS = st.sampled_from(sorted(OPERATOR_NAMES))


@given(
    _KINDS,
    st.sampled_from(
        [
            True,
            "a",
            "10.0.0.0/8",
            5,
            ["a"],
            [5],
            ["=", 5],
            {"prefix": "a"},
            {"equals-ignore-case": "a"},
            [],
            {},
        ]
    ),
)
@settings(deadline=None, max_examples=200)
def test_of_operators_it_refuses_nothing_that_is_right(name: str, operand: Any) -> None:
    for field in ("reason", "count"):
        document = rules(drop=[{field: [{name: operand}]}])
        try:
            parse_rules(document)
        except RulesInvalid:
            continue
        assert not refused(document)
