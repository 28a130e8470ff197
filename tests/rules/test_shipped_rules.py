"""The rule files that we ship, held against the recording."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eventcore.event import Event
from eventcore.rules import Ruleset, decode_compiled
from kube_events.rules.files import compile_file, compiled_path
from tests.eventcore.test_recording import observations
from tests.fixtures.events import event

RULES = Path(__file__).parents[2] / "rules"
FILES = [file for file in sorted(RULES.glob("*.yaml")) if not file.name.endswith(".tests.yaml")]


def ruleset(name: str) -> Ruleset:
    return Ruleset(decode_compiled(compile_file(RULES / f"{name}.yaml")))


def told(rules: Ruleset, events: list[Event]) -> Counter[str]:
    """Messages per receiver; `dropped` and `nobody` count what is told to none."""
    counted: Counter[str] = Counter()
    for one in events:
        classified = rules.classify(one)
        if classified is None:
            counted["dropped"] += 1
            continue
        matched = rules.routes(classified)
        counted.update([match.receiver for match in matched] or ["nobody"])
    return counted


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_compiled_form_that_is_committed_was_made_from_its_source(file: Path) -> None:
    assert compiled_path(file).read_bytes() == compile_file(file)


def test_the_default_rules_drop_leader_elections_and_nothing_else() -> None:
    rules = ruleset("default")
    assert rules.classify(event(reason="LeaderElection", type="Normal")) is None
    recorded = list(observations("watch-core.jsonl.gz"))
    assert all(rules.classify(one) == one for one in recorded)


@pytest.mark.parametrize(
    ("reason", "type_", "receivers"),
    [
        ("SystemOOM", "Warning", ["ops-mail"]),
        ("OOMKilled", "Warning", ["ops-mail"]),
        ("ContainerExited", "Warning", ["ops-mail"]),
        ("ContainerExited", "Normal", []),
        ("BackOff", "Normal", ["ops-mail"]),
        ("NobodyKnows", "Warning", ["ops-mail"]),
        ("Scheduled", "Normal", []),
        ("InvalidDiskCapacity", "Warning", []),
    ],
)
def test_the_default_rules_tell_low_to_nobody(reason: str, type_: str, receivers: list[str]) -> None:
    matched = ruleset("default").routes(event(reason=reason, type=type_))
    assert [match.receiver for match in matched] == receivers


def test_what_each_receiver_of_the_demo_gets_from_the_recording() -> None:
    assert told(ruleset("demo"), list(observations("watch-core.jsonl.gz"))) == {
        "ops-mail": 305,
        "sre-dingtalk": 6,
        "sre-chime": 6,
        "sre-dingtalk-keyword": 6,
        "nobody": 150,
    }


@pytest.mark.parametrize("stream", ["watch-core.jsonl.gz", "handmade.jsonl", "small.jsonl.gz"])
def test_the_demo_keeps_each_chat_under_its_limit(stream: str) -> None:
    counted = told(ruleset("demo"), list(observations(stream)))
    # DingTalk takes 20 messages a minute; nothing groups yet.
    assert 0 < counted["sre-dingtalk"] <= 8
    assert counted["sre-dingtalk"] == counted["sre-chime"] == counted["sre-dingtalk-keyword"]
