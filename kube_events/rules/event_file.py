"""Events as files hold them: a wire record, a document of the index, or an Event object of core/v1."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from eventcore.event import Event
from eventcore.normalise import normalise
from eventcore.severity import builtin_severity
from eventcore.wire import UNREADABLE, WireError, decode
from kube_events.rules.files import RulesFileError, read_file
from kube_events.standard_input import MARK, NAME, standard_input

EXPECTED = (
    "expected an event: a record of the stream, a document of the index, or an Event of core/v1, in JSON"
)


class NoEventError(ValueError):
    """JSON that is no event; says what is missing."""


def read_event(file: str, *, cluster: str) -> Event:
    """The event in a file, or with `-` from standard input.

    Args:
        file: a path, or `-`.
        cluster: where an Event of core/v1 comes from, which it does not say itself.

    Raises:
        RulesFileError: the file cannot be read, or holds no event.
        CommandError: standard input is closed.
    """
    name, data = (NAME, standard_input().read()) if file == MARK else (file, read_file(Path(file)))
    try:
        return event_of(msgspec.json.decode(data), cluster=cluster)
    except UNREADABLE as error:
        raise RulesFileError([f"{name}: {EXPECTED}; it is no JSON: {error}"]) from None
    except NoEventError as error:
        raise RulesFileError([f"{name}: {EXPECTED}; {error}"]) from None


def event_of(document: object, *, cluster: str) -> Event:
    """The event in a decoded document.

    An Event of core/v1 counts as received when it was last seen, or now if it says no time.

    Raises:
        NoEventError: it is something else.
    """
    if not isinstance(document, dict):
        raise NoEventError(f"found {_json_type(document)}")
    if "record" in document:
        try:
            event = decode(msgspec.json.encode(document))
        except WireError as error:
            raise NoEventError(str(error)) from None
        return as_it_came(event) if "@timestamp" in document else event
    if "items" in document:
        items = document["items"]
        many = f" of {len(items)}" if isinstance(items, list) else ""
        raise NoEventError(f"found a list{many}: take one of its items")
    if "involvedObject" not in document:
        raise NoEventError("found neither record nor involvedObject")
    return _of_kubernetes(document, cluster)


def as_it_came(event: Event) -> Event:
    """An event of the index with the severity it came with: the index has the one that the rules gave it."""
    severity = builtin_severity(
        reason=event.reason,
        event_type=event.type,
        component=event.source.component,
        message=event.message,
    )
    return event if severity == event.severity else replace(event, severity=severity)


def _of_kubernetes(document: dict[str, Any], cluster: str) -> Event:
    now = datetime.now(UTC)
    event = normalise(document, cluster=cluster, received_at=now)
    return replace(event, received_at=event.last_seen) if event.last_seen < now else event


def _json_type(value: object) -> str:
    names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
