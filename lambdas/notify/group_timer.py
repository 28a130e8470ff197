"""A group's timer has fired: what it has to tell, less what nobody wants to hear of now."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from eventcore.grouping.encoding import StateError, decode_group, decode_sources
from eventcore.grouping.flush import flush
from eventcore.grouping.group import Group, GroupMember
from lambdas.common.observability import logger
from lambdas.common.state_table import Item, StateTable
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.fate import Fate
from lambdas.notify.links import Links
from lambdas.notify.silences import SilenceReader
from lambdas.notify.waker import Fired


class Surroundings(NamedTuple):
    """What all groups share."""

    table: StateTable
    silences: SilenceReader
    links: Links


class GroupTimer:
    """Flushes the groups of one receiver."""

    def __init__(
        self,
        shared: Surroundings,
        *,
        send_resolved: bool,
        budget: TimeBudget,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._shared = shared
        self._send_resolved = send_resolved
        self._budget = budget
        self._now = now

    def decode(self, data: bytes) -> Group:
        """Raises StateError."""
        return decode_group(data)

    def fire(self, group: Group) -> Fired[Group]:
        """
        Raises:
            ClientError, BotoCoreError, NoTimeLeftError: the table was not to be read.
        """
        now = self._now()
        silenced = _Noting(lambda member: self._shared.silences.current().silenced(member, now))
        inhibited = _Noting(_Inhibition(group, self._shared.table, self._budget, now))
        after, notification = flush(
            group,
            now=now,
            silenced=silenced,
            inhibited=inhibited,
            send_resolved=self._send_resolved,
            links=self._shared.links.of_group,
        )
        if notification is None and after.held is not None:
            return Fired(after, fate=Fate.HELD, flushed=False)
        return Fired(
            after,
            counts=(("Silenced", len(silenced.uids)), ("Inhibited", len(inhibited.uids))),
        )


class _Inhibition:
    """The sources that inhibit members of one group, read together when the first is asked for."""

    def __init__(self, group: Group, table: StateTable, budget: TimeBudget, now: float) -> None:
        self._group = group
        self._table = table
        self._budget = budget
        self._now = now
        self._lasting: frozenset[str] | None = None

    def __call__(self, member: GroupMember) -> bool:
        if not member.inhibitors:
            return False
        if self._lasting is None:
            self._lasting = self._read()
        return not self._lasting.isdisjoint(member.inhibitors)

    def _read(self) -> frozenset[str]:
        keys = {key for member in self._group.members.values() for key in member.inhibitors}
        items = self._table.read(keys, self._budget).values()
        return frozenset(item.key for item in items if _lasts(item, self._now))


def _lasts(item: Item, now: float) -> bool:
    """One of another release inhibits nothing: better to say too much than to set the group aside."""
    try:
        return decode_sources(item.state).lasting(now)
    except StateError as error:
        logger.error("unreadable source of inhibition", record=item.key, error=str(error))
        return False


class _Noting:
    """Asks, and remembers of which members the answer was yes."""

    def __init__(self, ask: Callable[[GroupMember], bool]) -> None:
        self._ask = ask
        self.uids: set[str] = set()

    def __call__(self, member: GroupMember) -> bool:
        if not self._ask(member):
            return False
        self.uids.add(member.uid)
        return True
