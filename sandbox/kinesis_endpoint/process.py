"""The endpoint in a process of its own, so that what it costs is not counted as somebody else's."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from sandbox.kinesis_endpoint.faults import Faults
from sandbox.kinesis_endpoint.ledger import Account
from sandbox.orders import OrderedProcess


class KinesisEndpointProcess:
    """A `KinesisEndpoint` elsewhere; a context manager."""

    def __init__(self, faults: Faults = Faults()) -> None:  # noqa: B008 - frozen
        self._process = OrderedProcess("sandbox.kinesis_endpoint")
        self.behave(faults)
        self.url: str = self._process.tell("url")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stop()

    def behave(self, faults: Faults) -> None:
        """Behave like this from the next call on."""
        self._process.tell("behave", **msgspec.structs.asdict(faults))

    def impersonate(self, host: str, folder: Path) -> Path:
        """See KinesisEndpoint."""
        return Path(self._process.tell("impersonate", host=host, folder=str(folder)))

    def go_down(self, seconds: float) -> None:
        """Cut all connections and refuse new ones for so long."""
        self._process.tell("go_down", seconds=seconds)

    @property
    def accepted(self) -> int:
        """Records, repeated ones as well."""
        return int(self._process.tell("accepted"))

    def account(self, *, first: int, last: int, since: float, per_second: float | None = None) -> Account:
        """See Ledger."""
        answer = self._process.tell("account", first=first, last=last, since=since, per_second=per_second)
        return msgspec.convert(answer, Account)
