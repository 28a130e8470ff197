"""What is kept of an object's metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from msgspec import Struct

from eventcore.event import Owner
from eventcore.limits import MAX_ANNOTATION_BYTES, MAX_TEXT_BYTES, cut, well_formed
from exporter.watch.errors import UnexpectedAnswer

ACCEPT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
"""The second for servers behind aggregated APIs that do not know the first; of a whole object the rest is
passed over."""

MAX_BYTES = 32 * 1024
"""Of labels and chosen annotations together, of which an object may have 256 KiB: they travel with each of
its events."""

MIRROR = "kubernetes.io/config.mirror"


class Known(NamedTuple):
    """An object that was found."""

    uid: str
    labels: dict[str, str]
    annotations: dict[str, str]
    truncated: tuple[str, ...]
    """Paths in the event of what was cut."""
    controller: Owner | None
    """Of its owners the one that controls it."""

    @property
    def weight(self) -> int:
        """Bytes in memory, roughly."""
        texts = (len(part) for pair in (*self.labels.items(), *self.annotations.items()) for part in pair)
        return 1000 + 2 * sum(texts)


class Choice:
    """The annotations that are wanted."""

    def __init__(self, chosen: Iterable[str]) -> None:
        """
        Args:
            chosen: whole keys, or beginnings of keys that end with `*`.
        """
        keys = tuple(chosen)
        self._whole = frozenset(key for key in keys if not key.endswith("*"))
        self._beginnings = tuple(key[:-1] for key in keys if key.endswith("*"))

    def __contains__(self, key: str) -> bool:
        return key in self._whole or key.startswith(self._beginnings)


class _OwnerReference(Struct, rename="camel"):
    kind: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    controller: bool | None = None


class _Metadata(Struct, rename="camel"):
    uid: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[_OwnerReference] | None = None


class _Object(Struct):
    metadata: _Metadata


_decoder = msgspec.json.Decoder(_Object)


class Answer(NamedTuple):
    """What the API server answered to a GET."""

    known: Known
    mirrored: str
    """The annotation of a mirror Pod; empty for everything else."""


def read_metadata(body: bytes, choice: Choice) -> Answer:
    """Of a PartialObjectMetadata, or any whole object.

    Raises:
        UnexpectedAnswer: it is neither.
    """
    try:
        metadata = _decoder.decode(body).metadata
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        # RecursionError: managedFields may be nested as deep as the object is.
        raise UnexpectedAnswer(f"the object is none: {error}") from None
    annotations = metadata.annotations or {}
    room = _Room()
    labels = room.take("involvedObject.labels", metadata.labels or {})
    chosen = {key: value for key, value in annotations.items() if key in choice}
    kept = room.take("involvedObject.annotations", chosen)
    controller = next((_owner(one) for one in metadata.owner_references or () if one.controller), None)
    known = Known(metadata.uid, labels, kept, tuple(sorted(room.truncated)), controller)
    return Answer(known, annotations.get(MIRROR, ""))


def _owner(found: _OwnerReference) -> Owner:
    texts = (found.kind, found.name, found.uid, found.api_version)
    kind, name, uid, api_version = (cut(well_formed(text), MAX_TEXT_BYTES).text for text in texts)
    return Owner(kind=kind, name=name, uid=uid, api_version=api_version)


class _Room:
    """Takes texts until MAX_BYTES are full, each within its own limit, as normalising does."""

    def __init__(self) -> None:
        self.truncated: set[str] = set()
        self._left = MAX_BYTES

    def take(self, path: str, pairs: Mapping[str, str]) -> dict[str, str]:
        taken: dict[str, str] = {}
        for name in sorted(pairs):
            key, value = well_formed(name), cut(well_formed(pairs[name]), MAX_ANNOTATION_BYTES)
            size = len(key.encode()) + len(value.text.encode())
            if size > self._left:
                self.truncated.add(path)
                break
            self._left -= size
            taken[key] = value.text
            if value.was_cut:
                self.truncated.add(f"{path}.{key}")
        return taken
