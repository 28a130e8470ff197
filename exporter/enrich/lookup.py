"""Looks objects up: in the cache, else at the API server, of which only metadata is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable

from exporter.enrich.cache import Cache, Found, Missing
from exporter.enrich.chain import Facts, follow
from exporter.enrich.discovery import Discovery
from exporter.enrich.metadata import ACCEPT, Choice, read_metadata
from exporter.enrich.reference import Reference
from exporter.watch.errors import ApiServerError, Forbidden, NotFound, Throttled
from exporter.watch.transport import Transport

KNOWN_SECONDS = 300.0
"""Labels of running objects are seldom changed; what is five minutes old is good enough to sort by."""

GONE_SECONDS = 60.0
"""What is gone stays gone, but a writer of events may be quicker than etcd's next member."""

FORBIDDEN_SECONDS = 60.0
"""Of the kind in the namespace. Somebody may grant the right."""

FAILED_SECONDS = 5.0
"""After an answer that says nothing about the object."""

READ_SECONDS = 10.0
"""An object's metadata comes in milliseconds. The time limit of events does not depend on this: their room
has a clock of its own, and an answer that is late still serves the next event."""

THE_KIND = "*"
"""In the place of a name: all objects of a kind, in a namespace."""


class Lookup:
    """Of one thread; cache and discovery are shared with the others."""

    def __init__(
        self,
        transport: Transport,
        discovery: Discovery,
        cache: Cache,
        choice: Choice,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            transport: of this thread alone.
            discovery: where objects of a kind are found.
            cache: what has been found.
            choice: annotations that are wanted.
            clock: seconds that only rise.
        """
        self._transport = transport
        self._discovery = discovery
        self._cache = cache
        self._choice = choice
        self._clock = clock
        self._quiet_until = clock()

    def look_up(self, reference: Reference) -> Facts:
        """Everything about the object; each object on the way is asked for if it is not known."""
        facts = follow(reference, self._find)
        return facts or Facts(None, (), "not looked up")

    def _find(self, reference: Reference) -> Found:
        known = self._cache.get(reference)
        if known is not None:
            return known
        try:
            found, seconds = self._ask(reference)
        except NotFound:
            found, seconds = Missing("it does not exist any more"), GONE_SECONDS
        except Forbidden as error:
            found, seconds = Missing(str(error)), FORBIDDEN_SECONDS
            self._cache.put(reference._replace(name=THE_KIND, uid=""), found, seconds)
        except ApiServerError as error:
            found, seconds = Missing(str(error)), max(FAILED_SECONDS, error.retry_after)
            if isinstance(error, Throttled):
                self._quiet_until = self._clock() + seconds
        self._cache.put(reference, found, seconds)
        return found

    def _ask(self, reference: Reference) -> tuple[Found, float]:
        """What the API server says, and for how many seconds to remember it. Raises ApiServerError."""
        if not reference.kind or not _is_name(reference.name) or not _is_name(reference.namespace or "-"):
            return Missing("the event names no object"), GONE_SECONDS
        forbidden = self._cache.get(reference._replace(name=THE_KIND, uid=""))
        if forbidden is not None:
            return forbidden, FAILED_SECONDS
        if self._clock() < self._quiet_until:
            return Missing("the API server asked for patience"), FAILED_SECONDS
        resource = self._discovery.resource(reference, self._transport)
        if resource is None or (resource.namespaced and not reference.namespace):
            kind = f"{reference.kind} of {reference.api_version}" if reference.api_version else reference.kind
            return Missing(f"the API server has no kind {kind} that can be got"), GONE_SECONDS
        path = resource.path(reference)
        body = self._transport.read(path, {}, read_timeout=READ_SECONDS, accept=ACCEPT)
        answer = read_metadata(body, self._choice)
        if not reference.is_met_by(answer.known.uid, answer.mirrored):
            return Missing("another object has its name now"), GONE_SECONDS
        return answer.known, KNOWN_SECONDS


def _is_name(name: str) -> bool:
    """Whether it can be a part of a path (apimachinery: IsValidPathSegmentName). Anybody may write events."""
    return bool(name) and name not in (".", "..") and "/" not in name and "%" not in name
