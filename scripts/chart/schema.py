"""The `settings` of values.schema.json: made of the exporter's own class, so that both refuse the same."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from exporter.settings_option import options

DECIDED_BY_THE_CHART = frozenset({"lease_name", "lease_namespace", "listen"})

WITHOUT_MEANING_IN_A_POD = frozenset({"config", "context", "identity", "kubeconfig"})
"""The file is the chart's, the API server is the Pod's own, and two replicas must not have one name."""


def with_settings(schema: str) -> str:
    """The text of values.schema.json with the settings as they are now."""
    document = json.loads(schema)
    document["properties"]["settings"] = settings_schema()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def settings_schema() -> dict[str, Any]:
    """What `settings` may say. What is required depends on other values: the templates ask for it."""
    return {
        "description": "The exporter's settings: docs/exporter.md.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            option.field: _for_go(msgspec.json.schema(option.type))
            for option in options()
            if option.field not in DECIDED_BY_THE_CHART | WITHOUT_MEANING_IN_A_POD
        },
    }


def _for_go(schema: dict[str, Any]) -> dict[str, Any]:
    """Helm's regular expressions are Go's, where the end of a text is `$` and nothing looks ahead."""
    translated = dict(schema)
    if pattern := schema.get("pattern"):
        if "(?" in pattern:
            raise ValueError(f"Go has no such regular expression: {pattern}")
        translated["pattern"] = pattern.replace(r"\Z", "$")
    if items := schema.get("items"):
        translated["items"] = _for_go(items)
    return translated
