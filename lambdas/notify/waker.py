"""A timer has fired: is it the one that its group or digest waits for, and what is there to do?"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from eventcore.grouping.digest import Digest
from eventcore.grouping.encoding import encode_state
from eventcore.grouping.group import Group, Outgoing
from eventcore.grouping.timer import EARLY
from eventcore.queue_message import NotificationMessage, WakeUp, encode_message
from lambdas.common.observability import count, logger
from lambdas.common.state_table import Item, StateTable
from lambdas.common.time_budget import NoTimeLeftError
from lambdas.notify import ledger, schedule
from lambdas.notify.alarm_clock import AlarmClock, expiry
from lambdas.notify.courier import Courier
from lambdas.notify.fate import Fate, Incoming
from lambdas.notify.receiver_queue import ReceiverQueue

WRITTEN_WITHIN = 120.0
"""Seconds after its time in which the item of a wake-up may still be to come: it is sent first, and the
function that sends it lives for a minute at most."""

MAX_CONFLICTS = 8
"""Writes that somebody else was faster than, before the wake-up is handed back to SQS."""

S = TypeVar("S", Group, Digest)


class Fired(NamedTuple, Generic[S]):
    """What a timer makes of a state."""

    state: S
    """With the next timer, and with what is to be told now as `outgoing` of the generation that fired."""
    fate: Fate = Fate.WOKEN
    reserved: bool = False
    """A slot for what is to be told is taken."""
    flushed: bool = True
    """The state's `outgoing` is this timer's; else it is still that of an earlier one."""
    counts: tuple[tuple[str, int], ...] = ()
    """Metrics of it, to be counted once it is written."""


class Owner(Protocol[S]):
    """Whose timer it is: the groups, or the digest."""

    def decode(self, data: bytes) -> S:
        """Raises StateError."""

    def fire(self, state: S) -> Fired[S]:
        """Its timer has come. Nothing is written yet, and it may be asked again with a newer state."""


class Waker:
    """Handles the wake-ups of one receiver in one invocation."""

    def __init__(
        self,
        *,
        groups: Owner[Group],
        digests: Owner[Digest],
        table: StateTable,
        courier: Courier,
        queue: ReceiverQueue,
        alarm_clock: AlarmClock,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._groups = groups
        self._digests = digests
        self._table = table
        self._courier = courier
        self._queue = queue
        self._alarm_clock = alarm_clock
        self._now = now

    def wake(self, incoming: Incoming, wake_up: WakeUp) -> tuple[Fate, ...]:
        """The fate of the wake-up, then of the messages that it led to.

        Raises:
            StateError: this release cannot read the item.
            ClientError, BotoCoreError: SQS has to deliver the wake-up again.
        """
        try:
            if wake_up.key.startswith("digest#"):
                return self._of(self._digests, incoming, wake_up)
            return self._of(self._groups, incoming, wake_up)
        except NoTimeLeftError:  # before anything was written; the next invocation has more
            return self._hidden(incoming)

    def _of(self, owner: Owner[S], incoming: Incoming, wake_up: WakeUp) -> tuple[Fate, ...]:
        if self._now() < wake_up.due - EARLY:
            return (self._hop(owner, wake_up),)
        told: tuple[Fate, ...] = ()
        for _ in range(MAX_CONFLICTS):
            item = self._table.read([wake_up.key]).get(wake_up.key)
            state = owner.decode(item.state) if item else None
            if item is None or state is None or state.generation < wake_up.generation:
                return self._not_there_yet(incoming, wake_up)
            if (state.generation, state.due) != (wake_up.generation, wake_up.due):
                return self._again(state, incoming, wake_up)
            fired = owner.fire(state)
            if fired.flushed and state.outgoing:
                told += self._left_behind(state.outgoing, incoming)
                if Fate.FAILED in told:
                    return told
            if not self._written(fired.state, state, item):
                continue  # somebody has merged into it: what is to be told is more by now
            for name, value in fired.counts:
                count(name, value)
            if fired.flushed and fired.state.outgoing:
                told += (self._tell(fired.state.outgoing, incoming, reserved=fired.reserved),)
            return (fired.fate, *told)
        return self._hidden(incoming)

    def _hop(self, owner: Owner[S], wake_up: WakeUp) -> Fate:
        """Send it on, unless another timer has taken its place: where there is news every few minutes, each
        message sets one for a repeat that is hours or days away."""
        item = self._table.read([wake_up.key]).get(wake_up.key)
        state = owner.decode(item.state) if item else None
        if state and _is_replaced(state, wake_up):
            return Fate.STALE_WAKE_UP
        self._alarm_clock.pass_on(wake_up)
        return Fate.HOPPED

    def _written(self, after: S, before: S, item: Item) -> bool:
        self._alarm_clock.set(after, before=before)
        return self._table.write(
            item.key, encode_state(after), version=item.version, expires=expiry(after, self._now())
        )

    def _again(self, state: Group | Digest, incoming: Incoming, wake_up: WakeUp) -> tuple[Fate, ...]:
        """Either we died between writing what is to be told and telling it, or this timer is nobody's."""
        if state.outgoing is None or state.outgoing.generation != wake_up.generation:
            return (Fate.STALE_WAKE_UP,)
        fate = self._tell(state.outgoing, incoming)
        return (Fate.STALE_WAKE_UP,) if fate is Fate.DUPLICATE else (fate,)

    def _left_behind(self, outgoing: Outgoing, incoming: Incoming) -> tuple[Fate, ...]:
        """Tell what the next message is about to overwrite, should nobody have. The ledger knows, as long as
        it remembers."""
        if self._now() >= outgoing.made + ledger.KEPT:
            return ()
        fate = self._tell(outgoing, incoming)
        return () if fate is Fate.DUPLICATE else (fate,)

    def _tell(self, outgoing: Outgoing, incoming: Incoming, *, reserved: bool = False) -> Fate:
        """From now on: if the ledger gives it to us, nobody has tried yet, as after a wake-up that somebody
        put back from the dead letters."""
        message = NotificationMessage(
            notification=outgoing.notification,
            deliver_by=datetime.fromtimestamp(self._now(), UTC) + schedule.DELIVER_WITHIN,
        )
        # As if it had come from the queue: so it is what is set aside if the channel refuses it.
        as_message = incoming._replace(body=encode_message(message), redriven=False)
        return self._courier.carry(as_message, message, reserved=reserved)

    def _not_there_yet(self, incoming: Incoming, wake_up: WakeUp) -> tuple[Fate, ...]:
        if self._now() < wake_up.due + WRITTEN_WITHIN:
            return self._hidden(incoming)
        # Its writer has lost a race, or died before it wrote: then somebody else has the events, or will.
        logger.info("a wake-up of nothing", extra={"key": wake_up.key, "generation": wake_up.generation})
        return (Fate.STALE_WAKE_UP,)

    def _hidden(self, incoming: Incoming) -> tuple[Fate, ...]:
        self._queue.hide(incoming.receipt_handle, seconds=schedule.hide(incoming.receives))
        return (Fate.FAILED,)


def _is_replaced(state: Group | Digest, wake_up: WakeUp) -> bool:
    """Whether it can never count any more. One of a generation to come may be written yet."""
    return state.generation >= wake_up.generation and (state.generation, state.due) != (
        wake_up.generation,
        wake_up.due,
    )
