"""What was told of one container: which ends, and where its restartCount stood."""

from __future__ import annotations

from typing import NamedTuple

from exporter.pods.ends import ContainerEnd, ContainerLook

_SHOWN = 2
"""Ends that a status shows at most. Older ones never come back, so that many keys are enough to remember."""


class NewEnd(NamedTuple):
    """An end that was not told yet."""

    end: ContainerEnd
    restarts: int | None
    """How far restartCount moved since the end told before, or the first look; None at the first look."""
    unseen: int
    """Ends since then that no look has shown."""


class Told:
    """The memory of one container. There is one for each container of the cluster, so it is small."""

    __slots__ = ("_count", "_instance_told", "_keys", "_moved_from", "_reshaped", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._keys: tuple[str, ...] = ()
        """Of the ends told last."""
        self._reshaped: int | None = None
        """The instance of the end told last, if it may come back under another key."""
        self._instance_told = -1
        """The instance of the end told last, or of the last one before the first look."""
        self._moved_from: int | None = None
        """restartCount when an end was told last, or at the first look; None before that."""
        self._count = 0
        """restartCount at the last look."""

    def new_ends(self, look: ContainerLook) -> list[NewEnd]:
        """The ends that were not told yet, the older one first. From now on they count as told."""
        if look.restart_count < self._count:
            self._begin_anew()
        first_look = self._moved_from is None
        found = []
        for end in look.ends:
            if not self._is_told(end):
                found.append(NewEnd(end, None, 0) if first_look else self._after_the_last(end, look))
            self._remember(end)
        if first_look:
            self._moved_from = look.restart_count
            self._instance_told = look.ends[-1].instance if look.ends else look.restart_count - 1
        self._count = look.restart_count
        return found

    def _begin_anew(self) -> None:
        """The kubelet counts from the start again: a node was rebooted and has lost its dead containers."""
        self._keys = tuple(key for key in self._keys if not key.startswith("#"))
        self._reshaped = self._moved_from = None

    def _is_told(self, end: ContainerEnd) -> bool:
        return end.key in self._keys or (end.instance == self._reshaped and not end.id_is_its_own)

    def _after_the_last(self, end: ContainerEnd, look: ContainerLook) -> NewEnd:
        restarts = look.restart_count - (self._moved_from or 0)
        unseen = max(end.instance - self._instance_told - 1, 0)
        self._moved_from, self._instance_told = look.restart_count, end.instance
        return NewEnd(end, restarts, unseen)

    def _remember(self, end: ContainerEnd) -> None:
        if end.key not in self._keys:
            self._keys = (*self._keys, end.key)[-_SHOWN:]
            self._reshaped = end.instance if end.id_is_its_own else None
