"""Label selectors as kubectl takes them, over labels that are kept as `key=value`."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

ALLOWED = "labels such as app=web, tier!=cache, env in (dev,test), env notin (prod), gpu or !gpu, by commas"

FIELDS = ("objectLabelPairs", "labelPairs")
"""The labels of the object that an event is about, and those of the event itself."""

_KEY = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?"
_FORMS: tuple[tuple[Literal["in", "notin", "exists", "missing"], re.Pattern[str]], ...] = (
    ("in", re.compile(rf"({_KEY})\s*==?\s*({_VALUE})")),
    ("notin", re.compile(rf"({_KEY})\s*!=\s*({_VALUE})")),
    ("in", re.compile(rf"({_KEY})\s+in\s*\(([^()]*)\)")),
    ("notin", re.compile(rf"({_KEY})\s+notin\s*\(([^()]*)\)")),
    ("missing", re.compile(rf"!\s*({_KEY})")),
    ("exists", re.compile(rf"({_KEY})")),
)
_BETWEEN = re.compile(r",(?![^(]*\))")
"""A comma that is not inside of parentheses."""


class SelectorError(ValueError):
    """No label selector; names the part that is none."""


class Requirement(NamedTuple):
    """What one part of a selector asks of a label. It is missing from `notin` as well, as in Kubernetes."""

    key: str
    operator: Literal["in", "notin", "exists", "missing"]
    values: tuple[str, ...] = ()

    @property
    def negative(self) -> bool:
        return self.operator in ("notin", "missing")

    def positive_query(self) -> dict[str, Any]:
        """What a document has that has the label, with one of the values if there are any."""
        pairs = [f"{self.key}={value}" for value in self.values]
        clauses: list[dict[str, Any]] = [
            {"terms": {field: pairs}} if pairs else {"prefix": {field: f"{self.key}="}} for field in FIELDS
        ]
        return {"bool": {"should": clauses, "minimum_should_match": 1}}


def parse_selector(text: str) -> tuple[Requirement, ...]:
    """All requirements of a selector.

    Raises:
        SelectorError: a part of it is none of what is allowed.
    """
    return tuple(_requirement(part.strip(), text) for part in _BETWEEN.split(text))


def _requirement(part: str, text: str) -> Requirement:
    for operator, form in _FORMS:
        found = form.fullmatch(part)
        if found is None:
            continue
        if operator in ("exists", "missing"):
            return Requirement(found[1], operator)
        values = tuple(value.strip() for value in found[2].split(","))
        if all(re.fullmatch(_VALUE, value) for value in values):
            return Requirement(found[1], operator, values)
    where = f"{part!r} of {text!r}" if part != text else f"{text!r}"
    raise SelectorError(f"{where}: expected {ALLOWED}")
