"""Our side: an imported rule file applied to an event of core/v1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from eventcore.event import Event
from eventcore.normalise import normalise
from eventcore.rules import Ruleset, compile_rules, decode_compiled, encode_compiled, parse_rules
from kube_events.rule_import.imported import Imported
from kube_events.strict_yaml import read_yaml


def ruleset(imported: Imported) -> Ruleset:
    """The rules as the functions apply them."""
    rules = parse_rules(read_yaml(imported.rules.encode()))
    return Ruleset(decode_compiled(encode_compiled(compile_rules(rules, source_sha256="0" * 64))))


def observed(raw: Mapping[str, Any]) -> Event:
    """The event as our exporter ships it with --enrich; the labels are those of `involvedObject`."""
    event = normalise(
        {"metadata": {"uid": "u", "resourceVersion": "1"}, **raw},
        cluster="prod-eu",
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    involved = raw.get("involvedObject", {})
    enriched = replace(
        event.involved_object,
        labels=involved.get("labels", {}),
        annotations=involved.get("annotations", {}),
    )
    return replace(event, involved_object=enriched)


def tells(rules: Ruleset, raw: Mapping[str, Any]) -> list[str]:
    """The receivers that are told, in order."""
    event = rules.classify(observed(raw))
    assert event is not None, "an import never drops an event from the index"
    return [route.receiver for route in rules.routes(event)]
