"""What inhibits: the objects whose events match an inhibition's source, each for a bounded time."""

from __future__ import annotations

from hashlib import sha256
from math import ceil
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

MAX_OBJECTS = 500
"""Of one source. One object is enough to inhibit; they are told apart so that the end of one of them does not
end what the others still cause."""

_GRAIN = 20
"""Parts of the time for which a source is kept, in which it is counted: a source that repeats every second
would be written every second otherwise. It is kept for up to a twentieth longer, never shorter."""


class Lasting(NamedTuple):
    """How long an object inhibits. Times are in seconds since the epoch."""

    until: float
    at: float
    """When the newest event came by which it does, or by which it has recovered."""


class Sources(Struct, kw_only=True, omit_defaults=True):
    """One inhibition's sources with the same values in `equal`."""

    key: str
    """Of its item in the table."""
    objects: dict[str, Lasting] = {}

    def lasting(self, now: float) -> bool:
        """Whether it inhibits."""
        return self.until > now

    @property
    def until(self) -> float:
        """When the last of them has ended, unless there is news of it; 0 if there is none."""
        return max((lasting.until for lasting in self.objects.values()), default=0.0)


def note(sources: Sources | None, key: str, object_key: str, *, now: float, seconds: float) -> Sources | None:
    """The sources with this one, heard of at `now` and to be kept for `seconds`; None: nothing changed, since
    it is known for about as long, or has recovered after that."""
    grain = seconds / _GRAIN
    until = ceil((now + seconds) / grain) * grain if grain else now
    objects, object_key = sources.objects if sources else {}, _short(object_key)
    if object_key in objects and (objects[object_key].until >= until or objects[object_key].at >= now):
        return None
    # What has recovered is remembered for as long as the same event, delivered again, could make it a source.
    lasting = {name: known for name, known in objects.items() if known.until + seconds > now}
    lasting[object_key] = Lasting(until, now)
    if len(lasting) > MAX_OBJECTS:
        del lasting[min(lasting, key=lambda name: lasting[name].until)]
    return Sources(key=key, objects=lasting)


def forget(sources: Sources | None, object_key: str, *, at: float) -> Sources | None:
    """The sources without one that has recovered at `at`; None: nothing changed, since it is none, or has
    been one again since."""
    object_key = _short(object_key)
    known = sources.objects.get(object_key) if sources else None
    if sources is None or known is None or known.at > at or known.until <= at:
        return None
    return replace(sources, objects=sources.objects | {object_key: Lasting(at, at)})


def _short(object_key: str) -> str:
    """The key itself, or its hash where somebody wrote a name that Kubernetes would not take: so that the
    item stays below 100 KB. DynamoDB takes 400."""
    data = object_key.encode()
    return object_key if len(data) <= _MAX_KEY_BYTES else sha256(data).hexdigest()


_MAX_KEY_BYTES = 150
