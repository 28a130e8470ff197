"""A record that a function set aside: what lies in S3 under `dead-letters/`, and is put back from there."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Literal

from msgspec import Struct


class DeadLetter(Struct, frozen=True, kw_only=True, rename="camel"):
    """One object under dead-letters/. Nothing in it depends on when it was written."""

    function: str
    reason: str
    payload: str
    payload_encoding: Literal["utf-8", "base64"]
    source: str
    """ARN of the stream or the queue that the record came from."""
    record: str
    """The record's id there: shard and sequence number, or the message id."""

    @classmethod
    def of(cls, payload: bytes, *, function: str, reason: str, source: str, record: str) -> DeadLetter:
        """The letter of a record with this payload: as text if it is UTF-8, so that people can read it."""
        encoding: Literal["utf-8", "base64"]
        try:
            text, encoding = payload.decode(), "utf-8"
        except UnicodeDecodeError:
            text, encoding = b64encode(payload).decode(), "base64"
        return cls(
            function=function,
            reason=reason,
            payload=text,
            payload_encoding=encoding,
            source=source,
            record=record,
        )

    def data(self) -> bytes:
        """The payload as it came. Raises ValueError if it is no base64."""
        return b64decode(self.payload) if self.payload_encoding == "base64" else self.payload.encode()
