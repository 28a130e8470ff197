"""What arrived, as it arrived; decoded only when somebody asks for the account."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import NamedTuple

import msgspec
from msgspec import Struct, field


class Call(NamedTuple):
    """The body of one PutRecords or PutRecord."""

    at: float
    """Seconds since the epoch at which it was accepted."""
    body: bytes
    refused: frozenset[int]
    """Positions of the records that were not accepted."""


class Account(Struct, frozen=True, kw_only=True):
    """What was delivered of a range of resourceVersions, and how long that took."""

    delivered: int
    """Different ones."""
    lost: int
    duplicated: int
    """Deliveries beyond the first of each."""
    refused: int
    """Records that were told to come again, each time."""
    other: int
    """Records that are no event, such as heartbeats, or none of the range."""
    calls: int
    median: float | None
    """Seconds from event to receipt, and the next two, None if nothing was delivered."""
    p99: float | None
    last: float | None
    """Seconds from the first event to the last first receipt."""


class _Entry(Struct):
    data: bytes = field(name="Data")


class _Records(Struct):
    records: list[_Entry] = field(name="Records")


class _Metadata(Struct, rename="camel"):
    uid: str
    resource_version: str


class _Observation(Struct):
    metadata: _Metadata


_records = msgspec.json.Decoder(_Records)
_entry = msgspec.json.Decoder(_Entry)
_observation = msgspec.json.Decoder(_Observation)


class Ledger:
    """All calls. Several threads add to it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: list[Call] = []
        self.accepted = 0
        """Records, repeated ones as well."""

    def add(self, call: Call, accepted: int) -> None:
        """Keep a call of which so many records were accepted."""
        with self._lock:
            self._calls.append(call)
            self.accepted += accepted

    def receipts(self) -> list[tuple[float, bytes]]:
        """When each record was accepted, and its data."""
        return [
            (call.at, entry.data)
            for call in self._snapshot()
            for position, entry in enumerate(_entries(call.body))
            if position not in call.refused
        ]

    def account(self, *, first: int, last: int, since: float, per_second: float | None = None) -> Account:
        """What was delivered of the versions from `first` to `last`.

        Args:
            first: resourceVersion of the first event.
            last: of the last one.
            since: seconds since the epoch at which the first event was written.
            per_second: events that were written each second; None if all were written at once.
        """
        arrived: dict[int, float] = {}
        deliveries: Counter[int] = Counter()
        other = 0
        for at, data in self.receipts():
            version = _version(data)
            if version is None or not first <= version <= last:
                other += 1
                continue
            deliveries[version] += 1
            arrived[version] = min(at, arrived.get(version, at))
        delays = sorted(
            at - since - ((version - first) / per_second if per_second else 0.0)
            for version, at in arrived.items()
        )
        return Account(
            delivered=len(arrived),
            lost=last - first + 1 - len(arrived),
            duplicated=deliveries.total() - len(arrived),
            refused=sum(len(call.refused) for call in self._snapshot()),
            other=other,
            calls=len(self._snapshot()),
            median=_quantile(delays, 0.5),
            p99=_quantile(delays, 0.99),
            last=max(arrived.values()) - since if arrived else None,
        )

    def _snapshot(self) -> list[Call]:
        with self._lock:
            return self._calls.copy()


def _entries(body: bytes) -> list[_Entry]:
    try:
        return _records.decode(body).records
    except msgspec.ValidationError:
        return [_entry.decode(body)]


def _version(data: bytes) -> int | None:
    try:
        return int(_observation.decode(data).metadata.resource_version)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None


def _quantile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None
