"""GET and PUT of the one Lease that the exporter may touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from exporter.lease.in_time import Overdue, in_time
from exporter.lease.lease import Lease
from exporter.watch.errors import Denied, NotFound, UnexpectedAnswer, Unreachable
from exporter.watch.transport import Transport

T = TypeVar("T")


class InTime(Protocol):
    """Does some work within so many seconds, or raises Overdue."""

    def __call__(self, work: Callable[[], T], seconds: float) -> T: ...


class LeaseApi:
    """One Lease of coordination.k8s.io/v1. No call takes longer than it is given."""

    def __init__(self, transport: Transport, namespace: str, name: str, *, in_time: InTime = in_time) -> None:
        """
        Args:
            transport: for this object alone.
            namespace: of the Lease.
            name: of the Lease.
            in_time: ends the waiting for a call that takes too long.
        """
        self._transport = transport
        self._in_time = in_time
        self.namespace = namespace
        self.name = name
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}"

    def __str__(self) -> str:
        return f"Lease {self.namespace}/{self.name}"

    def get(self, seconds: float) -> Lease:
        """The Lease as it is.

        Raises:
            ApiServerError: NotFound if there is none, Denied without the right, Unreachable after `seconds`.
        """
        return self._lease(
            "get", lambda transport: transport.read(self._path, {}, read_timeout=seconds), seconds
        )

    def put(self, lease: Lease, seconds: float) -> Lease:
        """Write the Lease; answers it as it was stored.

        Raises:
            ApiServerError: Conflict if it was written since it was read; else as `get`. After Unreachable it
                may have been written all the same, or be written yet.
        """
        body = lease.encode()
        return self._lease(
            "update",
            lambda transport: transport.send("PUT", self._path, body, read_timeout=seconds),
            seconds,
        )

    def _lease(self, verb: str, call: Callable[[Transport], bytes], seconds: float) -> Lease:
        try:
            return Lease.decode(self._answer(call, seconds))
        except NotFound as error:
            raise NotFound(
                f"there is no {self}: the chart makes it, the exporter may not ({error})"
            ) from None
        except Denied as error:
            raise Denied(
                f"may not {verb} {self}: the Role needs get and update on leases of coordination.k8s.io with "
                f"the resourceName {self.name}, bound in namespace {self.namespace} ({error})",
                retry_after=error.retry_after,
            ) from None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UnexpectedAnswer(f"the answer is no Lease: {error}") from None

    def _answer(self, call: Callable[[Transport], bytes], seconds: float) -> bytes:
        transport = self._transport
        try:
            return self._in_time(lambda: call(transport), seconds)
        except Overdue:
            # Whoever is late still uses it.
            self._transport = transport.clone()
            raise Unreachable(f"no answer from {transport.host} within {seconds:.1f} s") from None
