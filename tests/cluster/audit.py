"""What the API server says that it was asked: its audit log, of the exporter's service account alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.cluster.account import Asked


class Request(NamedTuple):
    """One request, when it began to be answered."""

    at: float
    """Seconds since the epoch."""
    verb: str
    resource: str
    """With its group, such as `leases.coordination.k8s.io`; the path of what is no resource."""
    namespace: str
    query: dict[str, str]
    code: int
    allowed: bool
    until: float | None = None
    """When the answer ended, in seconds since the epoch; None if the server did not live to say so."""


class AuditLog:
    """The log from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = path.stat().st_size

    def requests(self) -> list[Request]:
        """Everything that was asked since."""
        with self._path.open("rb") as log:
            log.seek(self._start)
            return list(_requests(log))


def asked_for_events(requests: Iterable[Request]) -> list[Asked]:
    """The watches and lists of events among them."""
    asked = []
    for each in requests:
        if each.resource != "events":
            continue
        if each.verb == "watch":
            asked.append(Asked(each.at, "watch", int(each.query.get("resourceVersion") or 0)))
        # One item only is asked for to see the newest version.
        elif each.verb == "list" and each.query.get("limit") != "1":
            asked.append(Asked(each.at, "list"))
    return asked


def open_watches(requests: Iterable[Request]) -> list[tuple[float, float]]:
    """From when to when the server served a watch of events.

    One that was cut off by the server's own death lasts until the next request: nobody writes in between.
    """
    ordered = sorted(requests, key=lambda each: each.at)
    watches = []
    for number, each in enumerate(ordered):
        if (each.verb, each.resource, each.code) == ("watch", "events", 200):
            followed = next((later.at for later in ordered[number + 1 :] if later.at > each.at + 1), each.at)
            watches.append((each.at, followed if each.until is None else each.until))
    return watches


def _requests(lines: Iterable[bytes]) -> Iterator[Request]:
    entries: dict[str, dict[str, object]] = {}
    ends: dict[str, float] = {}
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the server was killed while it wrote
        # A watch has two entries: when it begins and when it has ended.
        entries.setdefault(entry["auditID"], entry)
        if entry["stage"] == "ResponseComplete":
            ends[entry["auditID"]] = datetime.fromisoformat(entry["stageTimestamp"]).timestamp()
    for audit_id, entry in entries.items():
        yield _request(entry)._replace(until=ends.get(audit_id))


def _request(entry: dict[str, object]) -> Request:
    url = urlsplit(str(entry["requestURI"]))
    object_ref = entry.get("objectRef") or {}
    assert isinstance(object_ref, dict)
    resource = ".".join(filter(None, (object_ref.get("resource", url.path), object_ref.get("apiGroup", ""))))
    status = entry.get("responseStatus") or {}
    annotations = entry.get("annotations") or {}
    assert isinstance(status, dict)
    assert isinstance(annotations, dict)
    return Request(
        at=datetime.fromisoformat(str(entry["requestReceivedTimestamp"])).timestamp(),
        verb=str(entry["verb"]),
        resource=resource,
        namespace=object_ref.get("namespace", ""),
        query={name: values[0] for name, values in parse_qs(url.query).items()},
        code=status.get("code", 0),
        allowed=annotations.get("authorization.k8s.io/decision") == "allow",
    )
