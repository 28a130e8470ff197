"""How problems end: the built-in table, and over it what the file says."""

from __future__ import annotations

from collections.abc import Iterable

from eventcore.event import Event
from eventcore.grouping.arrival import Recovery, object_key
from eventcore.grouping.group import Ending
from eventcore.identity import document_time
from eventcore.recoveries import RECOVERY_TABLE, RecoveryRow
from eventcore.rules.compiled import CompiledRecovery

_EVERY_KIND = ""
_NO_ENDING = Ending()


class RecoveryTable:
    """Problems by reason and kind of the object; an entry for the kind goes before one for every kind."""

    def __init__(self, of_file: Iterable[CompiledRecovery] = ()) -> None:
        self._entries = _entries(of_file)
        self._ended: dict[str, list[tuple[str, str]]] = {}
        for (problem, kind), row in self._entries.items():
            for reason in row.recovered_by:
                self._ended.setdefault(reason, []).append((problem, kind))
        self._endings: dict[tuple[str, str, float | None], Ending] = {}

    def ending(self, reason: str, kind: str, resolve_after: float | None) -> Ending:
        """How a problem ends.

        Args:
            reason: the problem's.
            kind: of the involved object.
            resolve_after: seconds, of the route: instead of the table's where the table has some. What ends
                only with a recovery, and what is a moment, stays so.
        """
        key = reason, kind, resolve_after
        found = self._endings.get(key)
        if found is None:
            if len(self._endings) >= _REMEMBERED:
                self._endings.clear()
            found = self._endings[key] = self._ending(*key)
        return found

    def _ending(self, reason: str, kind: str, resolve_after: float | None) -> Ending:
        row = self._row(reason, kind)
        if row is None:
            return _NO_ENDING
        quiet = row.quiet if row.quiet is None or resolve_after is None else resolve_after
        return Ending(recovers=bool(row.recovered_by), quiet=quiet)

    def recovery(self, event: Event) -> Recovery | None:
        """What the event says to be over; None if it says nothing of the kind."""
        ended = self._ended.get(event.reason)
        if ended is None:
            return None
        own = event.involved_object.kind
        problems = frozenset(
            problem
            for problem, kind in ended
            if kind == own or (kind == _EVERY_KIND and (problem, own) not in self._entries)
        )
        return Recovery(object_key(event), problems, document_time(event).timestamp()) if problems else None

    def _row(self, reason: str, kind: str) -> RecoveryRow | None:
        return self._entries.get((reason, kind)) or self._entries.get((reason, _EVERY_KIND))


_REMEMBERED = 4096
"""Endings; reasons are free text, so there may be any number of them."""


def _entries(of_file: Iterable[CompiledRecovery]) -> dict[tuple[str, str], RecoveryRow]:
    """By problem and kind. An entry of the file takes away what the built-in table says of its problem: of
    its kind, or of all kinds if it names none."""
    of_file = tuple(of_file)
    replaced = {(problem, entry.kind) for entry in of_file for problem in entry.problem}
    found = {
        (problem, row.kind): row
        for row in RECOVERY_TABLE
        for problem in row.problems
        if not replaced & {(problem, row.kind), (problem, _EVERY_KIND)}
    }
    for entry in of_file:
        row = RecoveryRow(
            problems=entry.problem,
            recovered_by=entry.recovered_by,
            kind=entry.kind,
            quiet=entry.resolve_after,
        )
        found.update({(problem, entry.kind): row for problem in entry.problem})
    return found
