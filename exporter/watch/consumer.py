"""What a reflector hands its states to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from exporter.watch.answers import Watchable, WatchLine

T_contra = TypeVar("T_contra", bound=Watchable, contravariant=True)


class Consumer(Protocol[T_contra]):
    """Takes states, many at once. Each method may block: that is how a full buffer stops the reading."""

    def listed(self, items: Sequence[T_contra]) -> None:
        """Take one page of a list. A list that breaks off begins again with its first page."""

    def list_ended(self, version: str) -> None:
        """All pages were taken; `version` is that of the first one, and of the others if the server kept it
        for so long. Without pages before it, it is only the version from which on there will be lines."""

    def watched(self, lines: Sequence[WatchLine[T_contra]]) -> None:
        """Take the lines that arrived together: at least one, in the server's order."""

    def forget(self) -> None:
        """The server's history was lost: versions seen so far mean nothing any more. A list follows."""
