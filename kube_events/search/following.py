"""What is new in the index, poll by poll: nothing twice, and nothing missed because it comes late.

A document shows up seconds after it was received, or hours, when the stream or the index had stood still;
so its times do not say what is new. But documents are only ever added. Each poll counts what the query finds
by the minute in which it was received, from shortly before the start on, in one request. A minute that holds
more than is known of it is read, and what was not seen before is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from eventcore.backoff import Backoff
from kube_events.opensearch import Unavailable
from kube_events.search.hits import EventKey, Hit, Newness
from kube_events.search.paging import Search, observations

BEFORE_START = timedelta(minutes=15)
"""What was received earlier than this before the start, and comes only now, is not told. By as much may an
exporter's clock be behind ours."""

POLL_SECONDS = 3.0
"""Between two looks: an index shows what is written after up to 5 s (`refresh_interval`)."""

_BACKOFF = Backoff(base=3.0, cap=30.0)
_MINUTE_MS = 60_000


class Follower:
    """Knows what was seen: the ids of the documents received since `start`, about 150 bytes each."""

    def __init__(self, search: Search, query: Mapping[str, Any], *, start: datetime) -> None:
        self._search = search
        self._since = (start - BEFORE_START).replace(second=0, microsecond=0)
        self._query = {
            "bool": {"filter": [query, {"range": {"receivedAt": {"gte": self._since.isoformat()}}}]}
        }
        self._held: dict[int, int] = {}
        self._seen: set[str] = set()

    def new(self, fields: Sequence[str] | None) -> list[Hit]:
        """What was not there at the last call; at the first call, what is there already.

        A call that fails has seen nothing: the next one tells it all.
        """
        minutes = [minute for minute, documents in self._counts() if self._held.get(minute) != documents]
        read = {minute: self._read(minute, fields) for minute in minutes}
        fresh = [hit for hits in read.values() for hit in hits if hit.id not in self._seen]
        self._held.update({minute: len(hits) for minute, hits in read.items()})
        self._seen.update(hit.id for hit in fresh)
        return fresh

    def saw(self, hit: Hit) -> None:
        """This one has been shown otherwise."""
        self._seen.add(hit.id)

    def _counts(self) -> Iterator[tuple[int, int]]:
        answer = self._search(
            {
                "size": 0,
                "track_total_hits": False,
                "query": self._query,
                "aggs": {
                    "minutes": {
                        "date_histogram": {"field": "receivedAt", "fixed_interval": "1m", "min_doc_count": 1}
                    }
                },
            }
        )
        for bucket in answer.get("aggregations", {}).get("minutes", {}).get("buckets", ()):
            yield bucket["key"], bucket["doc_count"]

    def _read(self, minute: int, fields: Sequence[str] | None) -> list[Hit]:
        of_minute = {
            "range": {"receivedAt": {"gte": minute, "lt": minute + _MINUTE_MS, "format": "epoch_millis"}}
        }
        query = {"bool": {"filter": [self._query, of_minute]}}
        return list(observations(self._search, query, fields=fields, newest_first=False))


def follow(
    follower: Follower,
    listed: Sequence[Hit],
    *,
    every_state: bool,
    fields: Sequence[str] | None,
    say: Callable[[str], None],
    sleep: Callable[[float], None],
) -> Iterator[list[Hit]]:
    """What is new after what was listed, the newest last, without an end.

    Without `every_state` an event is shown again only in a state newer than the one that was shown. While the
    index is unavailable, which is said once, it goes on trying: nothing is lost by that.
    """
    shown: dict[EventKey, Newness] = {}
    for hit in listed:
        follower.saw(hit)
        shown[hit.event] = max(hit.newness, shown.get(hit.event, hit.newness))
    failures = 0
    while True:
        sleep(POLL_SECONDS + (_BACKOFF.delay(failures) if failures else 0.0))
        try:
            fresh = follower.new(fields)
        except Unavailable as error:
            failures += 1
            if failures == 1:
                say(f"{error}; trying again")
            continue
        if failures:
            say("the index answers again")
            failures = 0
        hits = fresh if every_state else _newer(fresh, shown)
        if hits:
            yield sorted(hits, key=lambda hit: hit.newness)


def _newer(fresh: Sequence[Hit], shown: dict[EventKey, Newness]) -> list[Hit]:
    newest: dict[EventKey, Hit] = {}
    for hit in fresh:
        if hit.event not in shown or hit.newness > shown[hit.event]:
            newest[hit.event] = hit
            shown[hit.event] = hit.newness
    return list(newest.values())
