"""The stage between intake and buffer that adds what is known of an event's object."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from eventcore.event import Event
from exporter.counts import Counts
from exporter.enrich.cache import Cache
from exporter.enrich.chain import Facts, enriched, follow
from exporter.enrich.discovery import Discovery
from exporter.enrich.lookup import Lookup
from exporter.enrich.metadata import Choice
from exporter.enrich.reference import involved
from exporter.enrich.room import HandOn, Room, Waiting
from exporter.settings import Settings
from exporter.watch.transport import Transport

FULL = Facts(None, (), "too many events wait for look-ups")
OVERDUE = Facts(None, (), "the look-up took too long")
STOPPING = Facts(None, (), "the exporter was stopping")


class Enricher:
    """Gives every event back exactly once, at once or later, enriched or with the reason why not."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        counts: Counts,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            settings: those that begin with `enrich`.
            transport: to the API server; each worker gets a clone.
            counts: of events that were enriched and that were not.
            clock: seconds that only rise.
        """
        self._counts = counts
        self._cache = Cache(settings.enrich_cache_objects, clock=clock)
        self.room = Room(settings.enrich_timeout, clock=clock)
        discovery, choice = Discovery(clock=clock), Choice(settings.enrich_annotations)
        self._lookups = [
            Lookup(transport.clone(), discovery, self._cache, choice, clock=clock)
            for _ in range(settings.enrich_workers)
        ]
        self._abandoned = False

    @property
    def threads(self) -> list[tuple[str, Callable[[], None]]]:
        """Name and work of each thread that is to be started; all end after `stop` or `abandon`."""
        workers = [
            (f"enricher-{number}", lambda lookup=lookup: self._work(lookup))
            for number, lookup in enumerate(self._lookups)
        ]
        return [*workers, ("enricher-clock", self.watch_the_clock)]

    def take(self, event: Event, hand_on: HandOn) -> Event | None:
        """The event as it goes on now; None if `hand_on` gets it later, from another thread.

        Args:
            event: any.
            hand_on: takes it then. It may block, as a full buffer does, but it must not raise.
        """
        reference = involved(event)
        facts = follow(reference, self._cache.get)
        if facts is None:
            if self.room.enter(event, reference, hand_on):
                return None
            facts = FULL
        return self._with(event, facts)

    def stop(self, seconds: float) -> bool:
        """Let everything that waits go on as it is, and end the threads; events that come now go on at once.

        Returns:
            Whether all was handed on within so many seconds.
        """
        self.room.close()
        return self.room.wait_until_empty(seconds)

    def abandon(self) -> None:
        """Hand on nothing more and end the threads: another replica ships what waits here."""
        self._abandoned = True
        self.room.close()

    def look_up_next(self, lookup: Lookup, *, block: bool = True) -> bool:
        """One look-up, and what comes of it; whether there was one to be made."""
        reference = self.room.next_object(block=block)
        if reference is None:
            return False
        facts = lookup.look_up(reference)
        self._hand_on(self.room.looked_up(reference), facts)
        return True

    def _work(self, lookup: Lookup) -> None:
        while self.look_up_next(lookup):
            pass

    def watch_the_clock(self, *, block: bool = True) -> None:
        """Let those go on whose time is over, until the room is closed; without `block` those of now."""
        while leaving := self.room.overdue(block=block):
            self._hand_on(leaving, STOPPING if self.room.closed else OVERDUE)

    def _hand_on(self, leaving: Sequence[Waiting], facts: Facts) -> None:
        for waiting in leaving:
            if not self._abandoned:
                waiting.hand_on(self._with(waiting.event, facts))
            self.room.gone([waiting])

    def _with(self, event: Event, facts: Facts) -> Event:
        self._counts.add("not_enriched" if facts.reason else "enriched")
        return enriched(event, facts)
