"""What an API server does with a field selector for events, after k8s.io/apimachinery/pkg/fields."""

from __future__ import annotations

import re
from typing import Any


def selects(selector: str, raw: dict[str, Any]) -> bool:
    """Whether an event as it is stored is among those that are listed."""
    fields = _selectable(raw)
    for term in re.split(r"(?<!\\)(?:\\\\)*,", selector) if selector else ():
        label, _, value = term.partition("!=")
        assert label in fields, f"the server would refuse {term}"
        if fields[label] == _unescaped(value):
            return False
    return True


def _unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(\\\\)*[,=]", value), f"the server would refuse {value}"
    return re.sub(r"\\([\\,=])", r"\1", value)


def _selectable(raw: dict[str, Any]) -> dict[str, str]:
    """An absent field is an empty one there."""
    involved = raw.get("involvedObject", {})
    names = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
    reporting = raw.get("reportingComponent", "")
    return {
        **{f"involvedObject.{name}": involved.get(name, "") for name in names},
        "metadata.name": raw.get("metadata", {}).get("name", ""),
        "metadata.namespace": raw.get("metadata", {}).get("namespace", ""),
        "reason": raw.get("reason", ""),
        "type": raw.get("type", ""),
        "reportingComponent": reporting,
        "source": raw.get("source", {}).get("component", "") or reporting,
    }
