"""The wire format: one JSON object per record, never over its limit, read back with errors that say why not.

A record is an event or a heartbeat; its field `record` says which.

WireError
 x  MalformedRecord     no JSON, or of neither's shape: it can never be read
 x  UnsupportedSchema   of a schema version that this consumer does not know
"""

from __future__ import annotations

from typing import Any

import msgspec

from eventcore.event import SCHEMA_VERSION, Event
from eventcore.heartbeat import Heartbeat
from eventcore.shrink import shrink

MAX_RECORD_BYTES = 240 * 1024
"""EventBridge takes 256 KiB for an entry with its source, detail-type and bus; a Kinesis record 1 MiB."""

_OLDEST_VERSION = max(1, SCHEMA_VERSION - 1)
"""A consumer accepts the version before its own, so that either end can be upgraded first."""


UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises of bytes that are no JSON or of another shape; the last of thousands of brackets."""


class WireError(ValueError):
    """A record that cannot be read. The text says why and holds nothing of the record."""


class MalformedRecord(WireError):
    """No JSON, or neither an event's nor a heartbeat's shape."""


class UnsupportedSchema(WireError):
    """Written in a schema version that this consumer does not know."""


class _Head(msgspec.Struct, rename="camel"):
    record: str = ""
    schema_version: int | None = None


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event | Heartbeat] = msgspec.json.Decoder(Event | Heartbeat)
_head_decoder = msgspec.json.Decoder(_Head)


def encode(event: Event) -> bytes:
    """The record for the stream, at most MAX_RECORD_BYTES; what was cut for it is named in `truncated`."""
    data = _encoder.encode(event)
    if len(data) <= MAX_RECORD_BYTES:
        return data
    return _encoder.encode(shrink(event, MAX_RECORD_BYTES))


def encode_heartbeat(heartbeat: Heartbeat) -> bytes:
    """The record for the stream. It is far below the limit."""
    return _encoder.encode(heartbeat)


def decode_record(data: bytes | str) -> Event | Heartbeat:
    """Read a record back, whichever it is.

    Raises:
        UnsupportedSchema: its schema version is neither ours nor the one before.
        MalformedRecord: it is no JSON, or of neither's shape.
    """
    try:
        record = _decoder.decode(data)
    except UNREADABLE as error:
        raise _reason(data, error) from None
    if not _OLDEST_VERSION <= record.schema_version <= SCHEMA_VERSION:
        raise _unsupported(record.schema_version)
    return record


def decode(data: bytes | str) -> Event:
    """Read an event back. Raises as `decode_record` does, and MalformedRecord for a heartbeat."""
    record = decode_record(data)
    if not isinstance(record, Event):
        raise MalformedRecord("a heartbeat, where an event should be")
    return record


def as_view(event: Event) -> dict[str, Any]:
    """The event as patterns see it: the wire's own object, decoded."""
    view: dict[str, Any] = msgspec.to_builtins(event)
    return view


def _reason(data: bytes | str, error: Exception) -> WireError:
    """A record of another version does not have our shape: say its version, not its first odd field."""
    try:
        head = _head_decoder.decode(data)
    except UNREADABLE:
        return MalformedRecord(f"not a kube-events record: {error}")
    version = head.schema_version
    known = head.record in ("event", "heartbeat")
    if known and version is not None and not _OLDEST_VERSION <= version <= SCHEMA_VERSION:
        return _unsupported(version)
    return MalformedRecord(f"not a kube-events record: {error}")


def _unsupported(version: int) -> UnsupportedSchema:
    known = " and ".join(str(known) for known in range(_OLDEST_VERSION, SCHEMA_VERSION + 1))
    return UnsupportedSchema(f"schema version {version}; this release reads {known}")
