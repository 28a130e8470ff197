"""What of the drop rules the API server can do: a field selector, and the rules that are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from eventcore.limits import MAX_TEXT_BYTES, well_formed
from exporter.selection.drop_rules import RawPattern

LABELS: dict[tuple[str, ...], str] = {
    ("metadata", "name"): "metadata.name",
    ("metadata", "namespace"): "metadata.namespace",
    **{
        ("involvedObject", name): f"involvedObject.{name}"
        for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
    },
    ("reason",): "reason",
    ("type",): "type",
    ("reportingComponent",): "reportingComponent",
    # The server, too, falls back to reportingComponent where source.component is empty.
    ("source", "component"): "source",
}
"""Our field to the label by which core/v1 Events can be selected (kubernetes: pkg/apis/core/v1/conversion.go,
AddFieldLabelConversionsForEvent; pkg/registry/core/event/strategy.go, ToSelectableFields). Normalising leaves
these fields as they are, but for a cut."""

MAX_SELECTOR_CHARACTERS = 4096
"""In the URL. Load balancers in front of API servers take lines of 8 KiB, and `continue` goes with it."""

_LONGEST_CUT = MAX_TEXT_BYTES - 4
"""Bytes. A text that is shorter than this was not cut, so the server sees it as we do."""


class Division(NamedTuple):
    """Drop rules in two parts that together drop what they drop as a whole."""

    selector: str
    """For the API server; empty if it can do nothing."""
    local: tuple[RawPattern, ...]


def divide(patterns: Sequence[RawPattern]) -> Division:
    """A selector can only join its terms by "and", and only compare with `=` and `!=`.

    So what can be pushed is a rule about one field, and of it the exact values: an event is kept if the
    field is neither this nor that.
    """
    terms: dict[str, None] = {}
    local: list[RawPattern] = []
    for pattern in _alternatives(patterns):
        trail, values = _only_field(pattern)
        label = LABELS.get(trail)
        left = []
        for value in values:
            term = f"{label}!={_escaped(value)}" if label and _is_the_same_there(value) else ""
            if term and _fits([*terms, term]):
                terms[term] = None
            else:
                left.append(value)
        if left:
            local.append(_nested(trail, left))
        elif not values:
            local.append(pattern)
    return Division(",".join(terms), tuple(local))


def _alternatives(patterns: Sequence[RawPattern]) -> Iterator[RawPattern]:
    """Rules are alternatives, and so is what stands in a rule that is nothing but an $or."""
    for pattern in patterns:
        if pattern.keys() == {"$or"}:
            yield from _alternatives(pattern["$or"])
        else:
            yield pattern


def _only_field(pattern: RawPattern) -> tuple[tuple[str, ...], list[Any]]:
    """The one field that the rule is about, and its alternatives; none of either if it is about more."""
    trail: tuple[str, ...] = ()
    found: Any = pattern
    while isinstance(found, dict) and len(found) == 1:
        ((name, found),) = found.items()
        trail = (*trail, name)
    return (trail, found) if isinstance(found, list) and "$or" not in trail else ((), [])


def _is_the_same_there(value: object) -> bool:
    """U+FFFD may stand for what was no text, and an empty string for what is absent."""
    return (
        isinstance(value, str)
        and value != ""
        and "\ufffd" not in value
        and well_formed(value) == value
        and len(value.encode()) < _LONGEST_CUT
    )


def _escaped(value: str) -> str:
    """As k8s.io/apimachinery/pkg/fields.EscapeValue."""
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")


def _fits(terms: Sequence[str]) -> bool:
    return len(quote(",".join(terms))) <= MAX_SELECTOR_CHARACTERS


def _nested(trail: tuple[str, ...], values: list[Any]) -> RawPattern:
    pattern: Any = values
    for name in reversed(trail):
        pattern = {name: pattern}
    found: RawPattern = pattern
    return found
