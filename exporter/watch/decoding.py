"""From lines and pages to typed objects: all at once where every one is well-formed, else one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, cast, get_args

import msgspec
from msgspec import Raw, Struct

from exporter.watch.answers import AnyLine, Change, ListPage, Status, T, WatchLine
from exporter.watch.errors import UnexpectedAnswer

_CHANGES = frozenset(get_args(Change))

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""RecursionError: it is nested a thousand deep. managedFields may be, and who writes events writes them."""

_DEEPEST = 100
"""Levels of a page or a line that are read. What a Pod has that is needed is 8 deep in a list."""

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]')
"""What decides how deep JSON is; a text may hold brackets of its own."""


class _Version(Struct, rename="camel"):
    resource_version: str


class _Identified(Struct):
    metadata: _Version


_any_line = msgspec.json.Decoder(AnyLine)
_identified = msgspec.json.Decoder(_Identified)
_status = msgspec.json.Decoder(Status)


class Malformed(NamedTuple):
    """A line or an item that is no JSON of an object with a version."""

    reason: str
    size: int


class Lines(NamedTuple, Generic[T]):
    """What a piece of a watch held, in its order."""

    lines: list[WatchLine[T]]
    malformed: list[Malformed] = []  # noqa: RUF012 - never changed
    refusal: Status | None = None
    """Of an ERROR line, which is the last one."""


class Page(NamedTuple, Generic[T]):
    """One page of a list."""

    items: list[T]
    malformed: list[Malformed]
    version: str
    continue_: str
    size: int
    """Bytes of it as it came."""


class Decoding(Generic[T]):
    """Decodes the objects of one resource.

    An object whose fields have other types than `type_` wants is handed to `repair` as plain JSON: one odd
    field must not cost the event.
    """

    def __init__(self, type_: type[T], repair: Callable[[object], T]) -> None:
        """
        Args:
            type_: a struct of the fields that are needed; each has a default, since a BOOKMARK has only a
                version.
            repair: makes one of any JSON object. It does not raise.
        """
        self._item = msgspec.json.Decoder(type_)
        # mypy knows no types that are computed.
        self._line = msgspec.json.Decoder(cast(Any, WatchLine)[type_])
        self._page = msgspec.json.Decoder(cast(Any, ListPage)[type_])
        self._raw_page = msgspec.json.Decoder(ListPage[Raw])
        self._repair = repair

    def lines(self, block: bytes) -> Lines[T]:
        """Decode whole lines."""
        try:
            return Lines(self._line.decode_lines(block))
        except RecursionError:
            return self._one_by_one(b"\n".join(map(_flattened, block.split(b"\n"))))
        except _UNREADABLE:
            return self._one_by_one(block)

    def page(self, body: bytes) -> Page[T]:
        """Decode a list.

        Raises:
            UnexpectedAnswer: it is none.
        """
        try:
            page: ListPage[T] = self._page.decode(body)
        except RecursionError:
            return self._odd_page(_flattened(body))
        except _UNREADABLE:
            return self._odd_page(body)
        return Page(page.items or [], [], page.metadata.resource_version, page.metadata.continue_, len(body))

    def _one_by_one(self, block: bytes) -> Lines[T]:
        taken: Lines[T] = Lines([], [])
        for line in block.split(b"\n"):
            if not line.strip():
                continue
            try:
                decoded = _any_line.decode(line)
                if decoded.type == "ERROR":
                    return taken._replace(refusal=_refusal(decoded.object))
                if decoded.type not in _CHANGES:
                    raise msgspec.ValidationError(f"of unknown type {decoded.type!r}")
                taken.lines.append(WatchLine(cast(Change, decoded.type), self._one(decoded.object)))
            except _UNREADABLE as error:
                taken.malformed.append(Malformed(str(error), len(line)))
        return taken

    def _odd_page(self, body: bytes) -> Page[T]:
        try:
            page = self._raw_page.decode(body)
        except _UNREADABLE as error:
            raise UnexpectedAnswer(f"the list is no list: {error}") from None
        decoded: Page[T] = Page([], [], page.metadata.resource_version, page.metadata.continue_, len(body))
        for item in page.items or ():
            try:
                decoded.items.append(self._one(item))
            except _UNREADABLE as error:
                decoded.malformed.append(Malformed(str(error), len(bytes(item))))
        return decoded

    def _one(self, raw: Raw) -> T:
        try:
            return self._item.decode(raw)
        except msgspec.ValidationError:
            # Without a version, or with one of another type, it is beyond repair: nothing could identify it.
            _identified.decode(raw)
            return self._repair(msgspec.json.decode(raw))


def _refusal(raw: Raw) -> Status:
    """An ERROR line ends the watch, whatever it says."""
    try:
        return _status.decode(raw)
    except _UNREADABLE:
        return Status(message="an ERROR line without a Status")


def _flattened(body: bytes) -> bytes:
    """The same JSON with null in the place of what is nested deeper than anything that is needed."""
    kept: list[bytes] = []
    depth = at = 0
    for token in _TOKEN.finditer(body):
        if token[0] in (b"{", b"["):
            depth += 1
            if depth == _DEEPEST:
                kept += body[at : token.start()], b"null"
        elif token[0] in (b"}", b"]"):
            depth -= 1
            if depth == _DEEPEST - 1:
                at = token.end()
    # What does not end is no JSON, here or there.
    return body if depth >= _DEEPEST else b"".join((*kept, body[at:]))
