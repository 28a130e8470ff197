"""What can go wrong with a call to the stream, sorted by what helps.

SinkError
 x  Unavailable     throttled, a 5xx, no connection: the same call again, soon
 x  Misconfigured   no credentials, no permission, no such stream: somebody has to act; again, slowly
 x  InvalidCall     the service says that the call is wrong: one of its records is, or all calls alike are
"""

from __future__ import annotations


class SinkError(Exception):
    """A call failed as a whole. The text is one line for the log."""


class Unavailable(SinkError):
    """Not now."""


class Misconfigured(SinkError):
    """Not until something is repaired."""


class InvalidCall(SinkError):
    """Never, as it is."""
