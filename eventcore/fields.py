"""Reads fields out of any JSON value: what is absent or of another type is empty, what is too long is cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eventcore.limits import MAX_ANNOTATION_BYTES, MAX_TEXT_BYTES, cut, well_formed

_EMPTY: Mapping[str, object] = {}
_MAX_COUNT = 2**63 - 1
"""The largest long of OpenSearch. Kubernetes itself counts in 32 bits."""


class FieldReader:
    """Reads the fields of one raw object and remembers the paths of those it had to cut."""

    def __init__(self) -> None:
        self._truncated: list[str] = []

    @property
    def truncated(self) -> tuple[str, ...]:
        """Paths of the fields that were cut, sorted."""
        return tuple(sorted(self._truncated))

    def text(self, raw: Mapping[str, object], key: str, prefix: str = "", limit: int = MAX_TEXT_BYTES) -> str:
        """The string under `key` in at most `limit` bytes; "" where there is none. `prefix` leads here."""
        value = raw.get(key)
        if not isinstance(value, str):
            return ""
        if len(value) <= limit and value.isascii():
            return value  # nearly always, and this is the hottest line of the exporter
        return self.shortened(value, f"{prefix}{key}", limit)

    def shortened(self, value: str, path: str, limit: int = MAX_TEXT_BYTES) -> str:
        """`value` itself in at most `limit` bytes."""
        text, was_cut = cut(well_formed(value), limit)
        if was_cut:
            self._truncated.append(path)
        return text

    def labels(
        self, raw: Mapping[str, object], key: str, path: str, without: frozenset[str]
    ) -> dict[str, str]:
        """A map of strings such as annotations, each value shortened, without the keys in `without`."""
        found: dict[str, str] = {}
        for name, value in _items(raw.get(key)):
            if name not in without and isinstance(value, str):
                shown = self.shortened(name, path)
                found[shown] = self.shortened(value, f"{path}.{shown}", MAX_ANNOTATION_BYTES)
        return found


def mapping(raw: object, key: str) -> Mapping[str, object]:
    """The object under `key`, empty where there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, dict) else _EMPTY


def objects(raw: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    """The objects in the list under `key`."""
    value = raw.get(key)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def positive(raw: Mapping[str, object], key: str) -> int:
    """The positive whole number under `key`, 0 where there is none."""
    value = raw.get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 < value <= _MAX_COUNT else 0


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((name, item) for name, item in value.items() if isinstance(name, str))
