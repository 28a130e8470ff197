"""Rows of text for a terminal, in columns as wide as what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kube_events.plain_text import cells, plain

_GAP = "   "
_NOTHING = "-"
"""In place of an empty cell, so that a column can be taken by its number."""

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The titles, where there are any, and a line for each row. Nothing where there are no rows."""
    shown = [[plain(cell) or _NOTHING for cell in row] for row in rows]
    if titles and shown:
        shown.insert(0, list(titles))
    widths = [max(map(cells, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield _GAP.join(
            cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()


def duration(seconds: float) -> str:
    """Its two largest units: "2d3h", "45s"."""
    left, parts = max(0, round(seconds)), []
    for unit, size in _UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
        elif parts:
            break
    return "".join(parts[:2]) or "0s"
