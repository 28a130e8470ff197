"""Makes too large an event fit the wire: annotations go first, then labels, then the end of the message."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import msgspec

from eventcore.event import Event
from eventcore.limits import MAX_TEXT_BYTES, cut

_encode = msgspec.json.Encoder().encode


def shrink(event: Event, limit: int) -> Event:
    """The event in at most `limit` bytes of JSON, with what was cut named in `truncated`.

    `limit` has to leave room for everything but labels, annotations, owners and message: 200 KiB do, even
    when each character of each text is one that JSON writes as six.
    """
    fields: dict[str, Any] = msgspec.to_builtins(event)
    truncated = set(event.truncated)
    for steps in (_drop_annotations, _drop_labels, _shorten_texts):
        if _size(fields, truncated) > limit:
            steps(fields, truncated)
    if _size({**fields, "message": ""}, truncated) > limit:
        # A chain of owners is short; one that is not says nothing that a message would not.
        _drop(fields, truncated, "involvedObject", "owners")
    if _size(fields, truncated) > limit:
        _shorten_message(fields, truncated, limit)
    fields["truncated"] = sorted(truncated)
    return msgspec.convert(fields, Event)


def _size(fields: dict[str, Any], truncated: set[str]) -> int:
    return len(_encode({**fields, "truncated": sorted(truncated)}))


def _drop_annotations(fields: dict[str, Any], truncated: set[str]) -> None:
    for holder in ("metadata", "involvedObject"):
        _drop(fields, truncated, holder, "annotations")


def _drop_labels(fields: dict[str, Any], truncated: set[str]) -> None:
    for holder in ("metadata", "involvedObject"):
        _drop(fields, truncated, holder, "labels")


def _drop(fields: dict[str, Any], truncated: set[str], holder: str, part: str) -> None:
    """Take the whole part out; one path then stands for all of its entries."""
    if fields[holder].pop(part, None):
        path = f"{holder}.{part}"
        truncated.difference_update([entry for entry in truncated if entry.startswith(f"{path}.")])
        truncated.add(path)


def _shorten_texts(fields: dict[str, Any], truncated: set[str], prefix: str = "") -> None:
    """Hold every text but the message to its limit, as normalising has done with what it made."""
    for name, value in fields.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            _shorten_texts(value, truncated, f"{path}.")
        elif path == "involvedObject.owners":
            for owner in value:
                _shorten_texts(owner, truncated, f"{path}.")
        elif isinstance(value, str) and path != "message":
            fields[name], was_cut = cut(value, MAX_TEXT_BYTES)
            if was_cut:
                truncated.add(path)


def _shorten_message(fields: dict[str, Any], truncated: set[str], limit: int) -> None:
    """Keep as much of the message as there is room for: JSON writes some characters as six."""
    message: str = fields.pop("message", "")
    truncated.add("message")
    room = limit - _size({**fields, "message": ""}, truncated) + len(_encode(""))
    kept = bisect_right(range(len(message) + 1), room, key=lambda length: len(_encode(message[:length]))) - 1
    fields["message"] = message[: max(kept, 0)]
