"""What a person asks for, and the query for it. Pure: nothing here sends anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from eventcore.event import SEVERITIES, Severity
from kube_events.search.selector import Requirement

Query = dict[str, Any]


class ObjectName(NamedTuple):
    """An object as `--for` names it."""

    kind: str
    name: str


class Criteria(NamedTuple):
    """Everything has to fit; of several values for one field any."""

    since: datetime
    until: datetime | None = None
    fields: Mapping[str, tuple[str, ...]] = {}
    """By name of the field, which is a keyword. `*` in a value stands for anything."""
    severity: Severity | None = None
    """This one or a worse one."""
    objects: tuple[ObjectName, ...] = ()
    """These, and what they own."""
    labels: tuple[Requirement, ...] = ()
    phrases: tuple[str, ...] = ()
    """Words that stand in the message in this order."""

    @property
    def span(self) -> str:
        """The time that is searched, in words."""
        until = f" and before {_shown(self.until)}" if self.until else ""
        return f"since {_shown(self.since)}{until}"

    def query(self) -> Query:
        """The query. By `@timestamp`, when each state was last seen: `since` is inside, `until` is not."""
        filters: list[Query] = [{"range": {"@timestamp": self._range()}}]
        filters += [_any([_value(field, value) for value in values]) for field, values in self.fields.items()]
        if self.severity is not None:
            worse = SEVERITIES[: SEVERITIES.index(self.severity) + 1]
            filters.append({"terms": {"severity": list(worse)}})
        if self.objects:
            filters.append(_any([clause for each in self.objects for clause in _object(each)]))
        filters += [{"match_phrase": {"message": phrase}} for phrase in self.phrases]
        filters += [each.positive_query() for each in self.labels if not each.negative]
        excluded = [each.positive_query() for each in self.labels if each.negative]
        return {"bool": {"filter": filters} | ({"must_not": excluded} if excluded else {})}

    def _range(self) -> dict[str, str]:
        bounds = {"gte": self.since} | ({"lt": self.until} if self.until else {})
        return {name: moment.astimezone(UTC).isoformat() for name, moment in bounds.items()}


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _any(clauses: list[Query]) -> Query:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}}


def _value(field: str, value: str) -> Query:
    """Without regard to case, as kubectl takes kinds: names of Kubernetes have no capitals anyway."""
    if "*" not in value:
        return {"term": {field: {"value": value, "case_insensitive": True}}}
    # `?` and the backslash mean something to OpenSearch, and are nothing but themselves here.
    escaped = value.replace("\\", "\\\\").replace("?", "\\?")
    return {"wildcard": {field: {"value": escaped, "case_insensitive": True}}}


def _object(each: ObjectName) -> list[Query]:
    return [
        {"bool": {"filter": [_value(f"{path}.kind", each.kind), _value(f"{path}.name", each.name)]}}
        for path in ("involvedObject", "involvedObject.owners")
    ]
