"""Rows below one another, in columns as wide as what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from kube_events.plain_text import cells, cut, plain
from kube_events.search.columns import MESSAGE, Column

_GAP = "   "
_NOTHING = "-"
"""In place of an empty cell, so that a column can be taken by its number."""

_SHORTEST_MESSAGE = 20
"""In a terminal too narrow for the rest, a line is longer than it rather than without its message."""


_PADDED_MESSAGE = 120
"""Columns up to which shorter messages are filled up: else one of 16 KB makes 16 KB of every line."""


class Table:
    """Batch by batch, as `--follow` brings them: a column never gets narrower."""

    def __init__(
        self, columns: Sequence[Column], *, zone: tzinfo | None, width: int | None, headers: bool
    ) -> None:
        """
        Args:
            zone: of the times; None: this machine's.
            width: of the terminal, to which messages are cut; None to cut nothing.
            headers: whether to begin with the titles.
        """
        self._columns = columns
        self._zone = zone
        self._width = width
        self._headers = headers
        self._widths = [0] * len(columns)

    def lines(self, documents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """The lines of some documents; with the first of them the titles."""
        rows = [self._row(document) for document in documents]
        if self._headers and rows:
            rows.insert(0, [column.title for column in self._columns])
            self._headers = False
        for row in rows:
            self._widths = [max(width, cells(text)) for width, text in zip(self._widths, row, strict=True)]
        if self._width is None and MESSAGE in self._columns:
            at = self._columns.index(MESSAGE)
            self._widths[at] = min(self._widths[at], _PADDED_MESSAGE)
        if self._width is not None:
            rows = [self._fitted(row, self._width) for row in rows]
            self._widths = self._fitted_widths(rows)
        for row in rows:
            padded = [
                text + " " * (width - cells(text)) for text, width in zip(row, self._widths, strict=True)
            ]
            yield _GAP.join(padded).rstrip()

    def _row(self, document: Mapping[str, Any]) -> list[str]:
        return [plain(column.text(document, self._zone)) or _NOTHING for column in self._columns]

    def _fitted(self, row: list[str], width: int) -> list[str]:
        if MESSAGE not in self._columns:
            return row
        at = self._columns.index(MESSAGE)
        others = sum(each for number, each in enumerate(self._widths) if number != at)
        room = width - others - len(_GAP) * (len(row) - 1)
        return [*row[:at], cut(row[at], max(room, _SHORTEST_MESSAGE)), *row[at + 1 :]]

    def _fitted_widths(self, rows: Sequence[Sequence[str]]) -> list[int]:
        at = self._columns.index(MESSAGE) if MESSAGE in self._columns else -1
        return [
            max((cells(row[number]) for row in rows), default=0) if number == at else width
            for number, width in enumerate(self._widths)
        ]
