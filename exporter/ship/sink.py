"""What a sink is: a service that takes records in calls of limited size, and answers for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from exporter.ship.batch import Limits
from exporter.ship.record import Record


class Failure(Struct, frozen=True):
    """Why one record of a call was not accepted."""

    code: str
    message: str = ""
    permanent: bool = False
    """Whether this record will never be accepted."""
    repairable: bool = False
    """Whether it will be accepted when somebody has repaired something, not before."""


class Sink(Protocol):
    """Kinesis or EventBridge."""

    limits: Limits
    """Of one call."""
    senders: int
    """How many calls may be under way at once."""

    def size_of(self, record: Record) -> int:
        """Bytes of a record as the service counts them."""

    def send(self, records: Sequence[Record]) -> list[Failure | None]:
        """Make one call; the answer has one entry for each record, None if it was accepted.

        Raises:
            SinkError: the call failed as a whole.
        """

    def describe(self) -> str:
        """Ask the service for the stream, and say in a few words what it is.

        Raises:
            SinkError: it cannot be used.
        """
