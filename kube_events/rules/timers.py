"""Timers of the simulation: whose comes first, and that each one comes to an end.

On AWS a timer that fires again and again costs money until somebody looks; here it would keep a command from
ever ending.
"""

from __future__ import annotations

from heapq import heappop, heappush

from eventcore.grouping.group import Group
from kube_events.errors import CommandError
from kube_events.plain_text import plain
from kube_events.rules.wording import moment, values_in_words

MAX_TURNS = 10_000
"""Times that a group's timer may fire while no event comes to it. At the default interval of 5 minutes that
is more than a month."""


class EndlessTimer(CommandError):
    """A group's timer fires without end; says which and why."""


class Timers:
    """When which group has to be looked at."""

    def __init__(self) -> None:
        self._timers: list[tuple[float, str, int]] = []
        self._turns: dict[str, int] = {}

    def set(self, group: Group) -> None:
        """The group's timer was set by an event."""
        self._turns.pop(group.key, None)
        self._push(group)

    def set_again(self, group: Group, fired: float) -> None:
        """The group's timer was set because it fired at `fired`, in seconds since the epoch.

        Raises:
            EndlessTimer: it will do so for ever, or for far too long.
        """
        if group.due is None:
            self._turns.pop(group.key, None)
            return
        turns = self._turns[group.key] = self._turns.get(group.key, 0) + 1
        if group.due <= fired:
            raise EndlessTimer(
                [f"{_whose(group, fired)} would fire again at that time for ever: an error of kube-events"]
            )
        if turns > MAX_TURNS:
            raise EndlessTimer(
                [
                    f"{_whose(group, fired)} has fired {MAX_TURNS} times without an event between:"
                    " a longer group_interval or repeat_interval, or a shorter resolve_after, would end that"
                ]
            )
        self._push(group)

    def next(self, until: float) -> tuple[float, str, int] | None:
        """Time, key and generation of the first timer up to and with `until`; it is taken away. None: there
        is none."""
        return heappop(self._timers) if self._timers and self._timers[0][0] <= until else None

    def forget(self, key: str) -> None:
        """The group is not remembered any more."""
        self._turns.pop(key, None)

    def _push(self, group: Group) -> None:
        if group.due is not None:
            heappush(self._timers, (group.due, group.key, group.generation))


def _whose(group: Group, at: float) -> str:
    values = plain(values_in_words(group.values))
    return f"{group.route.route}: at {moment(at)} the timer of the group {values} for {group.route.receiver}"
