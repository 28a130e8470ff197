"""All that a query finds, however much it is, page by page.

The order is total: @timestamp, then cluster, uid and version, which together are one document. So
search_after goes on exactly where a page ended, and no point in time has to be kept open, for which a reader
would need rights and which not every server has. What is written meanwhile is either beyond the page that is
read, or not part of this search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kube_events.search.hits import NEEDED, EventKey, Hit, hits_of

Search = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A body to an answer."""

PAGE = 500
"""Documents of one answer. They are of 1 to 2 KB, and at most 240 KB."""

MAX_LEFT_OUT = 5_000
"""Events that a query names so as not to see them again; OpenSearch takes 65,536 terms."""

_TIE_BREAKERS = ("cluster.name", "metadata.uid", "metadata.resourceVersion")


def observations(
    search: Search, query: Mapping[str, Any], *, fields: Sequence[str] | None, newest_first: bool = True
) -> Iterator[Hit]:
    """Every document that the query finds, by `@timestamp`.

    Args:
        fields: what to return of each document; None for all of it.
    """
    page = _Pages(search, fields, newest_first=newest_first)
    while hits := page.next(query):
        yield from hits


def newest_states(search: Search, query: Mapping[str, Any], *, fields: Sequence[str] | None) -> Iterator[Hit]:
    """Of each event the newest of the states that the query finds; the event seen last comes first.

    Events with many states are left out of the pages after the one that showed them, or a single loud event
    would fill page after page. That saves time; what is found does not depend on it.
    """
    pages = _Pages(search, fields, newest_first=True)
    states: Counter[EventKey] = Counter()
    held: Hit | None = None
    while hits := pages.next(_without(query, _loud(states, held))):
        for hit in hits:
            first = hit.event not in states
            states[hit.event] += 1
            if held is not None and hit.event == held.event:
                # The states of an event within one millisecond follow one another; which is newest, they say.
                held = max(held, hit, key=lambda each: each.newness)
            elif first:
                if held is not None:
                    yield held
                held = hit
    if held is not None:
        yield held


class _Pages:
    """Where a search stands."""

    def __init__(self, search: Search, fields: Sequence[str] | None, *, newest_first: bool) -> None:
        self._search = search
        order = "desc" if newest_first else "asc"
        self._body: dict[str, Any] = {
            "size": PAGE,
            "track_total_hits": False,
            "_source": True if fields is None else [*NEEDED, *fields],
            "sort": [
                # An index of an earlier release may lack a field, and would refuse to be sorted by it.
                {"@timestamp": {"order": order, "unmapped_type": "date"}},
                *({name: {"order": order, "unmapped_type": "keyword"}} for name in _TIE_BREAKERS),
            ],
        }
        self._last = False

    def next(self, query: Mapping[str, Any]) -> list[Hit]:
        """The next page; empty when there is none."""
        if self._last:
            return []
        hits = hits_of(self._search(self._body | {"query": query}))
        self._last = len(hits) < PAGE
        if hits:
            self._body["search_after"] = hits[-1].sort
        return hits


def _loud(states: Counter[EventKey], held: Hit | None) -> dict[str, list[str]]:
    """By cluster, the uids of the events that came more than once; not the one whose states may go on."""
    loud: dict[str, list[str]] = {}
    for (cluster, uid), times in states.most_common(MAX_LEFT_OUT):
        if times > 1 and (held is None or held.event != (cluster, uid)):
            loud.setdefault(cluster, []).append(uid)
    return loud


def _without(query: Mapping[str, Any], events: Mapping[str, list[str]]) -> Mapping[str, Any]:
    if not events:
        return query
    of_cluster = [
        {"bool": {"filter": [{"term": {"cluster.name": cluster}}, {"terms": {"metadata.uid": uids}}]}}
        for cluster, uids in events.items()
    ]
    return {"bool": {"filter": [query], "must_not": of_cluster}}
