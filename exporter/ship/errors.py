"""What can go wrong with a call to the stream, sorted by what helps.

SinkError
 x  Unavailable     throttled, a 5xx, no connection: the same call again, soon
 x  Misconfigured   no such stream, a disabled key …: somebody has to act; again, slowly
 |   x  NoCredentials   nothing gives us any
 |   x  NotAllowed      they are good, but do not have the permission
 x  InvalidCall     the service says that the call is wrong: one of its records is, or all calls alike are
"""

from __future__ import annotations


class SinkError(Exception):
    """A call failed as a whole. The text is one line for the log."""


class Unavailable(SinkError):
    """Not now."""


class Misconfigured(SinkError):
    """Not until something is repaired."""


class NoCredentials(Misconfigured):
    """AWS' own chain of places has none, or the place that should have them gives none."""


class NotAllowed(Misconfigured):
    """No permission: on the stream, its key, or to take the role."""


class InvalidCall(SinkError):
    """Never, as it is."""
