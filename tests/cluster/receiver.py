"""The stream's end: what arrived, and from which replica."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import msgspec

from sandbox.kinesis_endpoint import KinesisEndpoint
from tests.cluster.account import State

POLL_SECONDS = 0.1


class Receipt(NamedTuple):
    """A record as it was accepted."""

    at: float
    """Seconds since the epoch."""
    sender: str
    """Name of the replica."""
    record: dict[str, Any]

    @property
    def state(self) -> State:
        """Which state of which event it is."""
        metadata = self.record["metadata"]
        return State(metadata["uid"], int(metadata["resourceVersion"]), self.record.get("message", ""))

    @property
    def synthetic(self) -> bool:
        """Whether the exporter made it from a Pod's status."""
        return bool(self.record.get("synthetic"))


class Receiver:
    """An endpoint for each replica, so that who sent what is known. A context manager."""

    def __init__(self) -> None:
        self._endpoints: dict[str, KinesisEndpoint] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for endpoint in self._endpoints.values():
            endpoint.__exit__(None, None, None)

    def endpoint(self, sender: str) -> KinesisEndpoint:
        """Where this replica sends to."""
        if sender not in self._endpoints:
            self._endpoints[sender] = KinesisEndpoint()
        return self._endpoints[sender]

    @property
    def accepted(self) -> int:
        """Records of all kinds."""
        return sum(endpoint.ledger.accepted for endpoint in self._endpoints.values())

    def receipts(self) -> list[Receipt]:
        """Every event that was accepted, in order of time; other records are left out."""
        return sorted(self._receipts(), key=lambda receipt: receipt.at)

    def states(self) -> list[State]:
        """The states of Event objects among them: what Kubernetes wrote, not what the exporter made."""
        return [receipt.state for receipt in self._receipts() if not receipt.synthetic]

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether something that arriving records bring about is so in time."""
        deadline = time.monotonic() + seconds
        seen = -1
        while time.monotonic() < deadline:
            if (now := self.accepted) != seen:
                seen = now
                if condition():
                    return True
            time.sleep(POLL_SECONDS)
        return condition()

    def _receipts(self) -> Iterator[Receipt]:
        for sender, endpoint in self._endpoints.items():
            for at, data in endpoint.ledger.receipts():
                record = msgspec.json.decode(data)
                if record.get("record") == "event":
                    yield Receipt(at, sender, record)
