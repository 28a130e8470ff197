"""What the two tools decide, from the behaviour of their sources; it shares nothing with the importer.

Go's expressions are given as what Python's `re.search` takes for the same (`EXPRESSIONS`), None where Go
refuses them; go_expressions.json holds the importer to Go itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

EXPRESSIONS: dict[str, str | None] = {
    "Pod": "Pod",
    "Pod|Node": "Pod|Node",
    "^Pod$": r"\APod\Z",
    "kube-*": "kube-*",
    "^kube-": r"\Akube-",
    "^(prod|stage)-": r"\A(prod|stage)-",
    "-db$": r"-db\Z",
    "Warning": "Warning",
    "Normal": "Normal",
    "Failed(Mount|AttachVolume)?": "Failed",
    "Back.?Off": "Back.?Off",
    ".*": "",
    ".+": ".+",
    "^$": r"\A\Z",
    "(?i)oom": "[oO][oO][mM]",
    "[0-9]+": "[0-9]+",
    r"\d{2,}": "[0-9]{2}",
    "pull.*image": "pull.*image",
    "a.*b.*c.*d": "a.*b.*c.*d",
    "(a+)+b": "ab",
    r"v1$|^apps/": r"v1\Z|\Aapps/",
    "[^Failed*]": "[^Failed*]",
    "alpha": "alpha",
    r"\Aalpha-[0-9]+\z": r"\Aalpha-[0-9]+\Z",
    "*test*": None,
    "(?!kube)": None,
    "a**": None,
    "[z-a]": None,
}

WIDENED = {"a.*b.*c.*d"}
"""What our rules can only say more widely, where a value has several lines."""


def found(expression: str, value: str) -> bool:
    """Go's regexp.MatchString, whose errors both tools pass over."""
    python = EXPRESSIONS[expression]
    return python is not None and re.search(python, value) is not None


def exporter_tells(route: Mapping[str, Any], event: Mapping[str, Any]) -> Iterator[str]:
    """Receivers that a route of kubernetes-event-exporter sends the event to, with repetitions."""
    if any(_rule_matches(rule, event) for rule in route.get("drop", [])):
        return
    all_matched = True
    for rule in route.get("match", []):
        if not _rule_matches(rule, event):
            all_matched = False
        elif rule.get("receiver"):
            yield rule["receiver"]
    if all_matched:
        for nested in route.get("routes", []):
            yield from exporter_tells(nested, event)


def _rule_matches(rule: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    involved, source = event.get("involvedObject", {}), event.get("source", {})
    values = {
        "message": event.get("message", ""),
        "apiVersion": involved.get("apiVersion", ""),
        "kind": involved.get("kind", ""),
        "namespace": event["metadata"].get("namespace", ""),
        "reason": event.get("reason", ""),
        "type": event.get("type", ""),
        "component": source.get("component", ""),
        "host": source.get("host", ""),
    }
    if any(rule.get(key) and not found(rule[key], value) for key, value in values.items()):
        return False
    for key in ("labels", "annotations"):
        there = involved.get(key, {})
        for name, expression in rule.get(key, {}).items():
            if name not in there or not (expression == "" or found(expression, there[name])):
                return False
    return event.get("count", 0) >= rule.get("minCount", 0)


def chat_takes(options: Mapping[str, list[str]], event: Mapping[str, Any]) -> bool:
    """Whether kube-eventer's dingtalk and wechat send the event."""
    level = _score(options["level"][0]) if "level" in options else 2
    if _score(event.get("type", "")) < level:
        return False
    namespaces, kinds = (_listed(options.get(name, [])) for name in ("namespaces", "kinds"))
    if namespaces is not None and event["metadata"].get("namespace", "") not in namespaces:
        return False
    return kinds is None or event.get("involvedObject", {}).get("kind", "") in kinds


def webhook_takes(options: Mapping[str, list[str]], event: Mapping[str, Any]) -> bool:
    """Whether kube-eventer's webhook sends the event: a filter never lets an empty value through."""
    involved = event.get("involvedObject", {})
    if "level" in options:
        allowed = ["Normal", "Warning"] if options["level"][0] == "Normal" else ["Warning"]
        if event.get("type", "") not in allowed:
            return False
    for name, value in (("namespaces", involved.get("namespace", "")), ("kinds", involved.get("kind", ""))):
        if name in options and (not value or value not in (_listed(options[name]) or [])):
            return False
    if "reason" not in options:
        return True
    reason = event.get("reason", "")
    return bool(reason) and any(one == "" or found(one, reason) for one in _listed(options["reason"]) or [])


def _score(level: str) -> int:
    return {"Normal": 1, "Warning": 2}.get(level, 0)


def _listed(values: list[str]) -> list[str] | None:
    return values[0].split(",") if values and values[0] else None
