"""Groups, digests and sources as the bytes of an item: MessagePack behind a byte of its format, compressed if
there is something to save.

DynamoDB takes 400 KB for an item and charges by the KB, and names of fields and pods repeat.
"""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

from eventcore.grouping.digest import Digest
from eventcore.grouping.group import Group
from eventcore.grouping.sources import Sources

_PLAIN, _COMPRESSED = b"\x01", b"\x02"

_WORTH_IT = 1000
"""Bytes. DynamoDB charges a write by the whole KB, so below there is nothing to save."""

_LEVEL = 1
"""zlib's fastest: of a full group it leaves a tenth, and its best leaves little less in five times the
time."""

MAX_DECODED = 16 * 1024 * 1024
"""Bytes. What was put there is far below; what is not ours shall not fill the memory."""

State = Group | Digest | Sources
_S = TypeVar("_S", Group, Digest, Sources)


class StateError(ValueError):
    """Bytes of an item that this release cannot read. It says why, and nothing of what they hold."""


_encoder = msgspec.msgpack.Encoder()
_groups = msgspec.msgpack.Decoder(Group)
_digests = msgspec.msgpack.Decoder(Digest)
_sources = msgspec.msgpack.Decoder(Sources)


def encode_state(state: State) -> bytes:
    """The bytes to keep."""
    packed = _encoder.encode(state)
    if len(packed) < _WORTH_IT:
        return _PLAIN + packed
    return _COMPRESSED + zlib.compress(packed, _LEVEL)


def decode_group(data: bytes) -> Group:
    """Raises StateError."""
    return _decode(data, _groups)


def decode_digest(data: bytes) -> Digest:
    """Raises StateError."""
    return _decode(data, _digests)


def decode_sources(data: bytes) -> Sources:
    """Raises StateError."""
    return _decode(data, _sources)


def _decode(data: bytes, decoder: msgspec.msgpack.Decoder[_S]) -> _S:
    try:
        return decoder.decode(_packed(data))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise StateError(f"a state that cannot be read: {error}") from None


def _packed(data: bytes) -> bytes:
    form = data[:1]
    if form == _PLAIN:
        return data[1:]
    if form != _COMPRESSED:
        raise StateError(f"a state of format {form.hex() or 'none'}; this release reads 01 and 02")
    unpacker = zlib.decompressobj()
    packed = unpacker.decompress(data[1:], MAX_DECODED)
    if not unpacker.eof:
        raise StateError("a state that is cut off, or far too large")
    return packed
