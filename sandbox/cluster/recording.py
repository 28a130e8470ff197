"""A recorded watch stream: its lines, and what an API server would have answered at any point of it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Raw, Struct

_RECORDINGS = Path(__file__).parents[2] / "tests" / "recording"

MAIN = _RECORDINGS / "watch-core.jsonl.gz"
"""The recorded stream: 455 observations of 326 objects."""
HANDMADE = _RECORDINGS / "handmade.jsonl"
"""States that the recording lacks; their versions follow it."""
SMALL = _RECORDINGS / "small.jsonl.gz"
"""A part of the recorded stream, for tests that run the whole way."""
PODS = _RECORDINGS / "pods.jsonl.gz"
"""The Pods of the cluster of the recorded stream, with containers that were killed and that ended."""


STATES = frozenset({"ADDED", "MODIFIED"})
"""Lines that bring a new state of an object."""


class Observation(NamedTuple):
    """One state of an Event object: what travels and is stored."""

    uid: str
    resource_version: str


class Meta(Struct, rename="camel"):
    """What the replay needs of ObjectMeta. A BOOKMARK has only a version."""

    resource_version: str
    uid: str = ""
    name: str = ""
    namespace: str = ""


class _Object(Struct):
    metadata: Meta


class _Line(Struct):
    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    object: Raw


class Line(NamedTuple):
    """One line of the watch, byte for byte, and what the replay needs to know of it."""

    type: str
    raw: bytes
    object: bytes
    meta: Meta
    version: int


class Recording:
    """Lines in the order of their versions. A position is the number of lines that have happened."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        """Raises ValueError if a version is lower than the one before it, which no watch delivers."""
        for earlier, later in pairwise(lines):
            if later.version < earlier.version:
                raise ValueError(f"resourceVersion {later.version} follows {earlier.version}")
        self.lines = lines
        self.objects_at = lru_cache(maxsize=4)(self._objects_at)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def start(self) -> int:
        """The position of the start state: how many ADDED lines lead."""
        return next((index for index, line in enumerate(self.lines) if line.type != "ADDED"), len(self))

    def version_at(self, position: int) -> int:
        """The server's version at a position, ahead of the last line's where other objects used some up. 1 if
        there is nothing at all: no server's version is 0."""
        last = self.lines[position - 1].version if position else 1
        return max(last, self.lines[position].version - 1) if position < len(self) else last

    def next_gap(self, position: int) -> int:
        """The first position from `position` on at which the server's version is ahead of the last line's."""
        return next(
            (
                index
                for index in range(position, len(self))
                if self.version_at(index) > self.lines[index - 1].version
            ),
            len(self),
        )

    def position_after(self, version: int) -> int:
        """The position of the first line that is newer than `version`."""
        return next((index for index, line in enumerate(self.lines) if line.version > version), len(self))

    def observations(self) -> frozenset[Observation]:
        """All ADDED and MODIFIED states."""
        return frozenset(
            Observation(line.meta.uid, line.meta.resource_version)
            for line in self.lines
            if line.type in STATES
        )

    def _objects_at(self, position: int) -> tuple[tuple[str, bytes], ...]:
        """The live objects at a position with their etcd keys, in key order: what a list answers."""
        live: dict[str, bytes] = {}
        for line in self.lines[:position]:
            key = f"{line.meta.namespace}/{line.meta.name}\0"
            if line.type in STATES:
                live[key] = line.object
            else:
                live.pop(key, None)
        return tuple(sorted(live.items()))


def load_recording(*paths: Path) -> Recording:
    """Read watch lines (`.jsonl`, or `.jsonl.gz`) from one file after the other."""
    return Recording(tuple(line for path in paths for line in _read(path)))


def _read(path: Path) -> Iterator[Line]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for raw in content.splitlines(keepends=True):
        line = msgspec.json.decode(raw, type=_Line)
        meta = msgspec.json.decode(line.object, type=_Object).metadata
        yield Line(line.type, raw, _as_list_item(bytes(line.object)), meta, int(meta.resource_version))


def _as_list_item(raw: bytes) -> bytes:
    """List items lack `kind` and `apiVersion`."""
    item = msgspec.json.decode(raw, type=dict[str, Raw])
    item.pop("kind", None)
    item.pop("apiVersion", None)
    return msgspec.json.encode(item)
