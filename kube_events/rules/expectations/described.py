"""An event of which only what matters is written: the rest is filled in as Kubernetes would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from eventcore.event import SCHEMA_VERSION, Event
from eventcore.faults import Fault, child
from eventcore.recoveries import RECOVERY_TABLE
from eventcore.rules.event_fields import ANY_NAME, Fields, event_fields
from eventcore.rules.nearest import one_of
from eventcore.severity import builtin_severity
from eventcore.severity_table import SEVERITY_TABLE

CLUSTER = "test"
"""Of events that do not say theirs."""

_OF_NO_NAMESPACE = frozenset({"Node", "Namespace", "PersistentVolume", "StorageClass"})


class DescriptionError(ValueError):
    """What is wrong in a description, all of it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


def described(fields: Mapping[str, Any], *, path: str, at: float) -> Event:
    """The event with these fields, and sensible ones for the rest.

    The same description gives the same `metadata.uid`, as repeats of an event have it.

    Args:
        fields: in the event's own shape and names.
        path: where they stand; faults are named from there.
        at: when it happens, in seconds since the epoch.

    Raises:
        DescriptionError: a field that no event has, or a value that it cannot have.
    """
    faults = list(_unknown(fields, path, event_fields()))
    if faults:
        raise DescriptionError(faults)
    merged = _merged(_defaults(fields, at), fields)
    try:
        return msgspec.convert(merged, Event)
    except msgspec.ValidationError as error:
        raise DescriptionError([_fault(error, merged, path)]) from None


def _defaults(fields: Mapping[str, Any], at: float) -> dict[str, Any]:
    def text(*names: str) -> str:
        found: Any = fields
        for name in names:
            found = found.get(name, "") if isinstance(found, Mapping) else ""
        return found if isinstance(found, str) else ""

    kind = text("involvedObject", "kind") or "Pod"
    involved = {"kind": kind, "name": "example"}
    if kind not in _OF_NO_NAMESPACE:
        involved["namespace"] = "default"
    named = text("involvedObject", "name") or involved["name"]
    namespace = text("involvedObject", "namespace") or involved.get("namespace", "")
    reason, message = text("reason"), text("message")
    component = text("source", "component") or text("reportingComponent")
    type_ = text("type") or usual_type(reason)
    cluster = text("cluster", "name") or CLUSTER
    same = "\n".join((cluster, kind, namespace, named, reason, message, component, type_))
    time = datetime.fromtimestamp(at, UTC)
    return {
        "record": "event",
        "schemaVersion": SCHEMA_VERSION,
        "cluster": {"name": CLUSTER},
        "metadata": {
            "uid": sha256(same.encode()).hexdigest()[:32],
            "resourceVersion": "1",
            "creationTimestamp": time,
            "name": f"{named}.1",
            "namespace": namespace or "default",
        },
        "involvedObject": involved,
        "type": type_,
        "count": 1,
        "firstSeen": time,
        "lastSeen": time,
        "receivedAt": time,
        "node": named if kind == "Node" else "",
        "severity": builtin_severity(reason=reason, event_type=type_, component=component, message=message),
    }


def usual_type(reason: str) -> str:
    """Normal for what ends a problem and for what the table calls low at all times, else Warning."""
    if any(reason in row.recovered_by for row in RECOVERY_TABLE):
        return "Normal"
    severities = {row.severity for row in SEVERITY_TABLE if row.reason == reason}
    return "Normal" if severities == {"low"} else "Warning"


def _merged(base: Any, given: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(given, Mapping)):
        return given
    return {
        name: _merged(base.get(name), given[name]) if name in given else base[name]
        for name in (*base, *given)
    }


def _unknown(given: object, path: str, fields: Fields) -> Iterator[Fault]:
    if not isinstance(given, Mapping):
        yield Fault(path, given, "an object of fields of the event, such as {reason: BackOff}")
        return
    for name, value in given.items():
        place = child(path, name)
        if ANY_NAME not in fields and name not in fields:
            known = (each for each in fields if each is not None)
            yield Fault(place, name, f"a field of the event: {one_of(known, name)}")
        elif isinstance(fields.get(name), Mapping):
            for one in value if isinstance(value, list) else (value,):  # owners are a list of objects
                yield from _unknown(one, place, fields[name])


def _fault(error: msgspec.ValidationError, merged: Mapping[str, Any], path: str) -> Fault:
    """msgspec says "Expected `int`, got `str` - at `$.count`"."""
    said, _, place = str(error).partition(" - at `$")
    place = place.rstrip("`")
    expected = said.removeprefix("Expected ").partition(", got")[0].replace("`", "")
    found: Any = merged
    for name in filter(None, place.replace("[", ".[").split(".")):
        found = found.get(name) if isinstance(found, Mapping) else found
    return Fault(f"{path}{place}", found, expected[:1].lower() + expected[1:])
