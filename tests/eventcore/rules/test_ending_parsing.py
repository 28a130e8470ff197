"""What a file says of inhibition and recovery, as written."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.rules import Inhibition, RecoveryEntry, parse_rules
from tests.eventcore.rules.documents import errors, rules

SOURCE = {"reason": ["NodeNotReady"]}
TARGET = {"involvedObject": {"kind": ["Pod"]}}


def test_inhibitions_are_read_with_their_defaults() -> None:
    parsed = parse_rules(
        rules(
            inhibit=[
                {"source": SOURCE, "target": TARGET},
                {"source": SOURCE, "target": TARGET, "equal": ["cluster.name", "node"], "keep": "2h"},
            ]
        )
    )
    assert parsed.inhibit == (
        Inhibition(source=SOURCE, target=TARGET, equal=(), keep=3600.0),
        Inhibition(source=SOURCE, target=TARGET, equal=("cluster.name", "node"), keep=7200.0),
    )


def test_recoveries_are_read_with_their_defaults() -> None:
    parsed = parse_rules(
        rules(
            recoveries=[
                {"problem": ["Down"], "recovered_by": ["Up"], "kind": "Database", "resolve_after": "1h"},
                {"problem": ["BackOff"]},
            ]
        )
    )
    assert parsed.recoveries == (
        RecoveryEntry(problem=("Down",), recovered_by=("Up",), kind="Database", resolve_after=3600.0),
        RecoveryEntry(problem=("BackOff",)),
    )


@pytest.mark.parametrize(
    ("key", "value", "path", "says"),
    [
        ("inhibit", {}, "", "a list of objects such as {source"),
        ("inhibit", [5], "[0]", "an object such as {source"),
        ("inhibit", [{"target": TARGET}], "[0].source", "an object of fields"),
        ("inhibit", [{"source": SOURCE}], "[0].target", "an object of fields"),
        ("inhibit", [{"source": SOURCE, "target": {"raeson": ["A"]}}], "[0].target.raeson", "mean reason?"),
        ("inhibit", [{"source": SOURCE, "target": TARGET, "equals": []}], "[0].equals", "mean equal?"),
        ("inhibit", [{"source": SOURCE, "target": TARGET, "equal": "node"}], "[0].equal", "a list of fields"),
        ("inhibit", [{"source": SOURCE, "target": TARGET, "equal": ["nod"]}], "[0].equal[0]", "mean node?"),
        ("inhibit", [{"source": SOURCE, "target": TARGET, "equal": ["..."]}], "[0].equal[0]", "a field"),
        ("inhibit", [{"source": SOURCE, "target": TARGET, "keep": "0s"}], "[0].keep", "at least 1s"),
        ("inhibit", [{"source": SOURCE, "target": TARGET, "keep": 60}], "[0].keep", "a duration"),
        ("recoveries", {}, "", "a list of objects such as {problem"),
        ("recoveries", [[]], "[0]", "an object such as {problem"),
        ("recoveries", [{}], "[0].problem", "a list of reasons"),
        ("recoveries", [{"problem": []}], "[0].problem", "at least one reason"),
        ("recoveries", [{"problem": ["A", 5]}], "[0].problem[1]", "a reason"),
        ("recoveries", [{"problem": ["A", "A"]}], "[0].problem[1]", "each reason once"),
        ("recoveries", [{"problem": ["A"], "recovered_by": "B"}], "[0].recovered_by", "a list of reasons"),
        (
            "recoveries",
            [{"problem": ["A"], "recovered_by": ["A"]}],
            "[0].recovered_by",
            "not the problem's own",
        ),
        ("recoveries", [{"problem": ["A"], "recoverd_by": []}], "[0].recoverd_by", "mean recovered_by?"),
        ("recoveries", [{"problem": ["A"], "kind": ""}], "[0].kind", "a kind of objects"),
        ("recoveries", [{"problem": ["A"], "resolve_after": "5"}], "[0].resolve_after", "a duration"),
        ("recoveries", [{"problem": ["A"]}, {"problem": ["A"]}], "[1].problem", "each reason in one entry"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(key: str, value: Any, path: str, says: str) -> None:
    assert says in errors(rules(**{key: value}))[f"{key}{path}"]


def test_a_reason_may_end_in_different_ways_for_different_kinds() -> None:
    entries = [{"problem": ["Failed"], "kind": kind, "resolve_after": "1h"} for kind in ("Pod", "Job")]
    assert len(parse_rules(rules(recoveries=[*entries, {"problem": ["Failed"]}])).recoveries) == 3
