"""What has to have arrived: judged by what was written, what is still held and what was asked for. Pure.

A state is promised unless the exporter could not see it: it was written over before a list, at a version
that no watch covered. Which versions those are is not guessed from leaders and times, but read from the API
server's own record of requests: a list after a watch from version p, and before a watch from version q,
leaves a gap (p, q], in which only what was still there at q is promised. Everything else is, whoever led.
So every state that was written while a leader was watching is promised as well, save one: the leader died
with it unsent, and before the next one asked, it was written over and its history compacted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal, NamedTuple


class State(NamedTuple):
    """One state of one Event object."""

    uid: str
    version: int
    message: str
    """Different for each write: after a restore the same version may come again with another content."""


class Write(NamedTuple):
    """A state that the API server has confirmed."""

    state: State
    at: float
    """Seconds since the epoch at which the answer came."""
    epoch: int = 0
    """How often the server had been restored from a backup before."""


class Asked(NamedTuple):
    """A watch or a list of events that the exporter asked for."""

    at: float
    kind: Literal["watch", "list"]
    version: int = 0
    """From which a watch goes on."""


class Gap(NamedTuple):
    """Versions that were listed and not watched."""

    epoch: int
    after: int
    upto: int

    def excuses(self, write: Write, end: int) -> bool:
        """Whether this write falls into it, and was written over at version `end` before it ended."""
        return write.epoch == self.epoch and self.after < write.state.version and end <= self.upto


END = 1 << 62
"""Greater than any version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What came of the writes."""

    written: int
    held: int
    """Objects that the server holds at the end."""
    missing_final: tuple[State, ...]
    """Their states that did not arrive: must be empty."""
    missing: tuple[State, ...]
    """Other states that were promised and did not arrive: must be empty."""
    excused: tuple[Write, ...]
    """What did not arrive and was not promised, because of a gap."""
    taken_back: int
    """States that did not arrive because a restore came first."""
    gaps: int
    duplicated: int
    """Deliveries beyond the first of each state."""
    unknown: int
    """States that arrived although nobody wrote them down, such as a write whose answer was lost."""

    @property
    def complete(self) -> bool:
        """Whether everything that was promised has arrived."""
        return not self.missing_final and not self.missing

    def __str__(self) -> str:
        """One line for the log of a test."""
        return (
            f"{self.written} states written, {self.held} objects held, {len(self.missing_final)} final and "
            f"{len(self.missing)} other states lost, {len(self.excused)} excused by {self.gaps} gaps, "
            f"{self.taken_back} taken back, {self.duplicated} duplicates, {self.unknown} unknown"
        )


def find_gaps(asked: Iterable[Asked], restored_at: Sequence[float] = ()) -> list[Gap]:
    """The gaps that these requests leave, of whichever replicas.

    Args:
        asked: what was asked for; limited looks at the newest version are no lists.
        restored_at: when the server came back from a backup; versions of before mean nothing afterwards.
    """
    by_epoch: dict[int, list[Asked]] = defaultdict(list)
    for each in sorted(asked):
        by_epoch[sum(restored <= each.at for restored in restored_at)].append(each)
    return [gap for epoch, requests in by_epoch.items() for gap in _gaps(epoch, requests)]


def _gaps(epoch: int, asked: Iterable[Asked]) -> Iterator[Gap]:
    watched, listing = 0, False
    # Until the first list after a restore, watches may go on from a version of another history.
    foreign = epoch > 0
    for each in asked:
        if each.kind == "list":
            listing = True
            continue
        after = 0 if foreign else watched
        # A watch that goes on from before the last one is a checkpoint's, and leaves nothing out.
        if listing and each.version > after:
            yield Gap(epoch, after, each.version)
        foreign = foreign and not listing
        watched, listing = each.version, False
    if listing:
        yield Gap(epoch, 0 if foreign else watched, END)


def judge(
    writes: Iterable[Write],
    held: Mapping[str, State],
    receipts: Iterable[State],
    gaps: Sequence[Gap],
    undone: Set[State] = frozenset(),
) -> Account:
    """
    Args:
        writes: all of them.
        held: what the server holds at the end, by uid.
        receipts: all deliveries.
        gaps: of the watch.
        undone: states that were written so shortly before a restore that nobody may have read them.
    """
    writes = tuple(writes)
    deliveries = Counter(receipts)
    final = set(held.values())
    missing: list[State] = []
    excused: list[Write] = []
    taken_back = 0
    for write, end in _with_end(writes):
        if write.state in deliveries or write.state in final:
            continue
        if any(gap.excuses(write, end) for gap in gaps):
            excused.append(write)
        elif write.state in undone:
            taken_back += 1
        else:
            missing.append(write.state)
    known = {write.state for write in writes} | final
    return Account(
        written=len(writes),
        held=len(held),
        missing_final=tuple(state for state in held.values() if state not in deliveries),
        missing=tuple(missing),
        excused=tuple(excused),
        taken_back=taken_back,
        gaps=len(gaps),
        duplicated=deliveries.total() - len(deliveries),
        unknown=len(deliveries.keys() - known),
    )


def _with_end(writes: Iterable[Write]) -> list[tuple[Write, int]]:
    """Each write with the version at which it was written over, or END."""
    by_object: dict[tuple[int, str], list[Write]] = defaultdict(list)
    for write in writes:
        by_object[write.epoch, write.state.uid].append(write)
    ends = []
    for states in by_object.values():
        states.sort(key=lambda write: write.state.version)
        ends += list(zip(states, [*(write.state.version for write in states[1:]), END], strict=True))
    return ends
