"""What kube-eventer's sinks filter by, as patterns: dingtalk and wechat in one way, webhook in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.matched_values import Field, matched_values
from kube_events.rule_import.patterns import Condition, Pattern, put
from kube_events.rule_import.sink_uri import Sink

_KINDS = ("involvedObject", "kind")
_LEVELS = ("Normal", "Warning")


def chat_condition(sink: Sink, findings: Findings) -> Condition:
    """Of dingtalk and wechat: type at least `level`, exact names; an option that is empty is none."""
    match: Pattern = {}
    level = sink.first("level")
    if level is None or level == "Warning":
        put(match, ("type",), ["Warning"])
    elif level == "Normal":
        put(match, ("type",), list(_LEVELS))
    else:
        text = f"{level!r} is neither Normal nor Warning, so every event is sent, also of other types"
        findings.add(sink.place, "level", Kind.BROKEN, text)
    never = False
    for option, place in (("namespaces", ("metadata", "namespace")), ("kinds", _KINDS)):
        given = sink.first(option)
        if given:
            values: list[Any] = _names(sink, option, given, findings)
            if "" in given.split(","):
                values.append({"exists": False})
            put(match, place, values)
            never = never or not values
    return Condition(match or None, never=never)


def webhook_condition(sink: Sink, findings: Findings) -> Condition:
    """Of webhook: by `level` only where it is given, and an option that is empty lets nothing through."""
    match: Pattern = {}
    _webhook_level(sink, match, findings)
    never = False
    for option, place in (("namespaces", ("involvedObject", "namespace")), ("kinds", _KINDS)):
        given = sink.first(option)
        if given is None:
            continue
        values = _names(sink, option, given, findings)
        if not values:
            findings.add(
                sink.place, option, Kind.BROKEN, "empty, which lets no event through: nobody was told"
            )
        if option == "namespaces":
            text = (
                "it is held against the object's namespace, exactly (not as an expression, as the "
                "documentation has "
                "it), so events about Nodes and other objects without one were never sent. So it is here"
            )
            findings.add(sink.place, option, Kind.TRANSLATED, text)
        put(match, place, list(values))
        never = never or not values
    never = _webhook_reasons(sink, match, findings) or never
    return Condition(match or None, never=never)


def _webhook_level(sink: Sink, match: Pattern, findings: Findings) -> None:
    level = sink.first("level")
    if level is None:
        text = (
            "not given: the documentation says Warning, but webhook then sends events of every type. "
            "So it is here"
        )
        findings.add(sink.place, "level", Kind.BROKEN, text)
        return
    if level not in _LEVELS:
        text = f"{level!r} is neither Normal nor Warning, and counts as Warning"
        findings.add(sink.place, "level", Kind.BROKEN, text)
    put(match, ("type",), list(_LEVELS) if level == "Normal" else ["Warning"])


def _webhook_reasons(sink: Sink, match: Pattern, findings: Findings) -> bool:
    """Add the expressions of `reason`; gives whether nothing can meet them."""
    given = sink.first("reason")
    if given is None:
        return False
    if not given:
        findings.add(sink.place, "reason", Kind.BROKEN, "empty, which lets no event through: nobody was told")
        return True
    if any(one.count("(") != one.count(")") or one.count("{") != one.count("}") for one in given.split(",")):
        text = "it is a list of expressions separated by commas, so a comma inside of one cut it in two"
        findings.add(sink.place, "reason", Kind.BROKEN, text)
    values: list[Any] = []
    for expression in given.split(","):
        for value in _reason(sink, expression, findings):
            if value not in values:
                values.append(value)
    if {"exists": True} in values:
        values = [{"exists": True}]
    if values:
        put(match, ("reason",), values)
    return not values


def _reason(sink: Sink, expression: str, findings: Findings) -> Sequence[Any]:
    """An event without a reason never gets through, whatever the expression."""
    if not expression:
        findings.add(
            sink.place, "reason", Kind.BROKEN, "an empty expression in the list, which every reason meets"
        )
        return [{"exists": True}]
    matched = matched_values(expression, Field(), tells=True, short_names=True)
    if matched.broken:
        findings.add(sink.place, "reason", Kind.BROKEN, f"{matched.broken}; left out")
    for note in matched.notes:
        findings.add(sink.place, "reason", Kind.DIFFERS, note)
    if matched.always:
        return [{"exists": True}]
    return [value for value in matched.values if value != {"exists": False}]


def _names(sink: Sink, option: str, given: str, findings: Findings) -> list[Any]:
    names = [name for name in given.split(",") if name]
    for name in names:
        if name != name.strip():
            text = f"{name!r} has a blank in it, and names are compared exactly: it never matched"
            findings.add(sink.place, option, Kind.BROKEN, text)
    return list(dict.fromkeys(names))
