"""What is imported tells the same receivers of every event as the tool that it comes from."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import yaml
from hypothesis import event as observe
from hypothesis import given, settings
from hypothesis import strategies as st

from kube_events.rule_import.eventer_import import import_eventer
from kube_events.rule_import.exporter_import import import_exporter
from kube_events.rule_import.imported import Imported
from tests.kube_events.rule_import import generating
from tests.kube_events.rule_import.deciding import ruleset, tells
from tests.kube_events.rule_import.peer_semantics import chat_takes, exporter_tells, webhook_takes

_DECLARED = [{"name": name, "slack": {"channel": name}} for name in generating.RECEIVERS]


def imported(route: dict[str, Any]) -> Imported:
    config = {"route": route, "receivers": _DECLARED}
    return import_exporter(yaml.safe_dump(config), file="config.yaml", variables={})


@settings(max_examples=120, deadline=None)
@given(generating.routes())
def test_a_tree_of_routes_tells_the_same_receivers(route: dict[str, Any]) -> None:
    # GIVEN any configuration, broken expressions, empty rules and all
    result = imported(route)
    rules = ruleset(result)
    widened = any("more is told" in line or "it dropped is told" in line for line in result.report)
    several = 0
    for event in generating.EVENTS:
        # WHEN
        theirs, ours = set(exporter_tells(route, event)), set(tells(rules, event))
        # THEN they are the same; where the report says that more is told, none is missing
        assert theirs <= ours
        assert widened or theirs == ours
        several += bool(theirs)
    observe(
        f"events told: {'none' if not several else 'some' if several < len(generating.EVENTS) else 'all'}"
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(generating.sinks(), min_size=1, max_size=3))
def test_sinks_take_the_same_events(sinks: list[tuple[str, dict[str, list[str]]]]) -> None:
    # GIVEN any sinks that filter, each twice, so that their receivers carry their numbers
    sinks = sinks * 2
    rules = ruleset(import_eventer([_uri(kind, options) for kind, options in sinks], variables={}))
    for event in generating.EVENTS:
        # WHEN
        told = tells(rules, event)
        # THEN each sink that takes it is told, once
        assert told == [
            f"{kind}-{number}"
            for number, (kind, options) in enumerate(sinks, 1)
            if (webhook_takes if kind == "webhook" else chat_takes)(options, event)
        ]


def _uri(kind: str, options: dict[str, list[str]]) -> str:
    own = {
        "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=t",
        "wechat": "?corp_id=c&corp_secret=s&agent_id=1",
        "webhook": "https://hooks.example.com/in?method=POST",
    }[kind]
    return f"{kind}:{own}&{urlencode(options, doseq=True)}"
