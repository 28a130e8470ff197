"""EventBridge: PutEvents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exporter.ship.aws import THROTTLED, Client
from exporter.ship.batch import Limits
from exporter.ship.record import Record
from exporter.ship.sink import Failure

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef, PutEventsResultEntryTypeDef

SOURCE = "kube-events"
DETAIL_TYPES = {"event": "Kubernetes Event", "heartbeat": "Kubernetes Event Exporter Heartbeat"}
"""By kind of record. The rules of the bus go by them (infra/modules/event_bus)."""

_PERMANENT = frozenset({"InvalidArgument", "MalformedDetail", "RedactionFailure"})
"""EventBridge API reference, PutEventsResultEntry: not retryable, and the entry's own fault."""

_TRANSIENT = THROTTLED | {"InternalException", "InternalFailure"}


class EventBridgeSink:
    """Puts records as events onto one bus."""

    # EventBridge API reference, PutEvents: "less than 256 KB". The service has come to take 1 MB, but
    # not all that stands behind a bus does.
    limits = Limits(records=10, bytes=256 * 1024 - 1)
    senders = 8
    """A call takes ten records and about 15 ms: eight at once make some 5,000 records/s."""

    def __init__(self, bus: str, region: str) -> None:
        """
        Args:
            bus: name or ARN.
            region: where it is.
        """

        def client(session: boto3.Session) -> EventBridgeClient:
            return session.client("events", region_name=region)

        self._client = Client(client)
        self._bus = bus
        self._region = region

    def size_of(self, record: Record) -> int:
        """The documented size of an entry (User Guide, "Calculating PutEvents event entry size").

        14 bytes for Time if given, and Source, DetailType, Detail and Resources in UTF-8. We give neither
        Time nor Resources.
        """
        return len(SOURCE) + len(DETAIL_TYPES[record.kind]) + len(record.data)

    def send(self, records: Sequence[Record]) -> list[Failure | None]:
        """One PutEvents."""
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "EventBusName": self._bus,
                "Source": SOURCE,
                "DetailType": DETAIL_TYPES[record.kind],
                "Detail": record.data.decode(),
            }
            for record in records
        ]
        with self._client.calls(f"PutEvents to {self._bus} in {self._region}") as bus:
            answer = bus.put_events(Entries=entries)
        return [_failure(entry) for entry in answer["Entries"]]

    def describe(self) -> str:
        """DescribeEventBus."""
        with self._client.calls(f"DescribeEventBus of {self._bus} in {self._region}") as bus:
            answer = bus.describe_event_bus(Name=self._bus)
        return f"EventBridge bus {answer['Name']} in {self._region} is there"


def _failure(entry: PutEventsResultEntryTypeDef) -> Failure | None:
    code = entry.get("ErrorCode")
    if not code:
        return None
    return Failure(
        code,
        entry.get("ErrorMessage", ""),
        permanent=code in _PERMANENT,
        repairable=code not in _PERMANENT and code not in _TRANSIENT,
    )
