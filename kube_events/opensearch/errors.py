"""
CommandError
 x  OpenSearchError    it cannot be asked: the address, the user, the rights, the index
    x  Unavailable     not now: no connection, no answer in time, overloaded. Another try may help
"""

from __future__ import annotations

from kube_events.errors import CommandError


class OpenSearchError(CommandError):
    """One line that says what is wrong and what helps."""

    def __init__(self, line: str) -> None:
        super().__init__([line])


class Unavailable(OpenSearchError):
    """No answer, or none but that the server is overloaded."""
