"""Past events in the order in which they happened, from a file of any size or from the index."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import msgspec

from eventcore.event import Event
from eventcore.heartbeat import Heartbeat
from eventcore.identity import document_time
from eventcore.wire import UNREADABLE, WireError, decode_record
from kube_events.rules.backtest.sorting import by_time
from kube_events.rules.event_file import NoEventError, as_it_came, event_of
from kube_events.rules.files import RulesFileError
from kube_events.search.criteria import Criteria
from kube_events.search.paging import Search, observations
from kube_events.standard_input import MARK, NAME, standard_input

_GZIP = b"\x1f\x8b"


class PastEvent(NamedTuple):
    """An event, and when it happened."""

    at: float
    """Seconds since the epoch: when it was last seen, within what the API server says (`document_time`)."""
    event: Event


class Span(NamedTuple):
    """From when on, and before when; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: float) -> bool:
        """Whether a moment, in seconds since the epoch, is in it."""
        return (self.start is None or at >= self.start.timestamp()) and (
            self.end is None or at < self.end.timestamp()
        )


def of_index(search: Search, span: Span, clusters: tuple[str, ...]) -> Iterator[PastEvent]:
    """Every state of every event in the index.

    Args:
        search: asks OpenSearch.
        span: with a start.
        clusters: only of these; () is of all.

    Raises:
        RulesFileError: the index holds something that is no event.
        OpenSearchError: it cannot be asked.
    """
    assert span.start is not None  # noqa: S101 - the command asks for it
    criteria = Criteria(
        since=span.start, until=span.end, fields={"cluster.name": clusters} if clusters else {}
    )
    for hit in observations(search, criteria.query(), fields=None, newest_first=False):
        try:
            event = event_of(dict(hit.source), cluster="")
        except NoEventError as error:
            raise RulesFileError([f"the document {hit.id}: {error}"]) from None
        yield PastEvent(document_time(event).timestamp(), event)


def of_file(
    file: str, span: Span, clusters: tuple[str, ...], *, cluster: str, read: Callable[[int, int], None]
) -> Iterator[PastEvent]:
    """The events in a file: JSON lines, or one JSON list, also in `items`; compressed or not.

    Records of the stream, documents of the index and Events of core/v1 may stand there, in any order.

    Args:
        file: a path, or `-` for standard input.
        span: which of them.
        clusters: only of these; () is of all.
        cluster: where an Event of core/v1 comes from, which it does not say itself.
        read: is told how many bytes of the file are read, and how many there are (0: not known).

    Raises:
        RulesFileError: it cannot be read, or a line holds something else.
        CommandError: standard input is closed.
    """
    return (
        PastEvent(at, _event(line, "", cluster))
        for at, line in by_time(_wanted(file, span, clusters, cluster, read))
    )


def _wanted(
    file: str, span: Span, clusters: tuple[str, ...], cluster: str, read: Callable[[int, int], None]
) -> Iterator[tuple[float, bytes]]:
    name = NAME if file == MARK else file
    for number, line in _lines(file, name, read):
        place = f"{name}: {number}"
        if not line.strip() or _is_heartbeat(line):
            continue
        event = _event(line, place, cluster)
        at = document_time(event).timestamp()
        if span.holds(at) and (not clusters or event.cluster.name in clusters):
            yield at, line


def _is_heartbeat(line: bytes) -> bool:
    if b'"heartbeat"' not in line:
        return False
    try:
        return isinstance(decode_record(line), Heartbeat)
    except WireError:
        return False


def _event(line: bytes, place: str, cluster: str) -> Event:
    try:
        event = decode_record(line)
        if isinstance(event, Event):
            return as_it_came(event) if b'"@timestamp"' in line else event
    except WireError:
        pass  # it may be another shape of an event, or the error below says what is wrong with it
    try:
        return event_of(msgspec.json.decode(line), cluster=cluster)
    except UNREADABLE as error:
        raise RulesFileError([f"{place}: no JSON: {error}"]) from None
    except NoEventError as error:
        raise RulesFileError([f"{place}: no event: {error}"]) from None


def _lines(file: str, name: str, read: Callable[[int, int], None]) -> Iterator[tuple[str, bytes]]:
    """Where each stands, and JSON of it."""
    try:
        with _opened(file) as (stream, size, raw):
            first = stream.readline()
            if first.strip() in (b"{", b"["):  # as kubectl and `kube-events search -o json` print a list
                yield from _items(first + stream.read(), name)
                return
            yield from _compact_items(first)
            for number, line in enumerate(stream, 2):
                if number % 1000 == 0:
                    read(raw.tell() if size else 0, size)
                yield f"line {number}", line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RulesFileError([f"{name}: no whole gzip: {error}"]) from None
    except OSError as error:
        raise RulesFileError([f"{name}: {error.strerror or error}"]) from None


@contextmanager
def _opened(file: str) -> Iterator[tuple[IO[bytes], int, IO[bytes]]]:
    """What is read, the size of the file (0: not known), and the file, which knows how far it was read."""
    if file == MARK:
        buffered = standard_input()
        yield _unpacked(buffered), 0, buffered
        return
    with Path(file).open("rb") as opened:
        yield _unpacked(opened), Path(file).stat().st_size, opened


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """What is in a compressed file; of any other, the file. Standard input cannot go back to its start."""
    start = file.read(len(_GZIP))
    whole = _Again(start, file)
    return cast(IO[bytes], gzip.open(whole)) if start == _GZIP else cast(IO[bytes], io.BufferedReader(whole))


class _Again(io.RawIOBase):
    """A stream with what was read of it put back."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._start or self._rest.read(len(buffer))
        taken = data[: len(buffer)]
        self._start = data[len(taken) :] if self._start else b""
        buffer[: len(taken)] = taken
        return len(taken)


def _compact_items(line: bytes) -> Iterable[tuple[str, bytes]]:
    """Of a first line that is a whole list, as `jq -c` prints it, its items; of any other, the line."""
    items: object = None
    if b'"items"' in line or line.lstrip().startswith(b"["):
        try:
            document = msgspec.json.decode(line)
        except UNREADABLE:
            document = None  # what is wrong with it is said where it is read
        is_list = isinstance(document, dict) and not document.keys() & {"record", "involvedObject"}
        items = document.get("items") if is_list else document
    if not isinstance(items, list):
        yield "line 1", line
        return
    for at, item in enumerate(items):
        yield f"items[{at}]", msgspec.json.encode(item)


def _items(data: bytes, name: str) -> Iterable[tuple[str, bytes]]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RulesFileError([f"{name}: no JSON: {error}"]) from None
    items = document if isinstance(document, list) else document.get("items")
    if not isinstance(items, list):
        yield "as a whole", msgspec.json.encode(document)
        return
    for at, item in enumerate(items):
        yield f"items[{at}]", msgspec.json.encode(item)
