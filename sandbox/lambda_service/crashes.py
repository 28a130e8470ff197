"""Deaths of functions, asked for by the number of a call of AWS.

Between a function and the AWS endpoint stands a gate, which passes every call on and counts it. At a call
that was named the function's process is killed: before AWS hears of it, or when AWS has done what was asked
for and the function has not yet heard so.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

import urllib3

from sandbox.lambda_service.loopback import Handler, LoopbackServer

When = Literal["before", "after"]
"""Of AWS' doing."""

_OF_THE_CONNECTION = {"connection", "content-length", "expect", "host", "keep-alive", "transfer-encoding"}
"""Headers that end at the gate."""


class Death(NamedTuple):
    """A function's process died at a call of AWS."""

    call: str
    """Name of the call, such as PutItem."""
    when: When


class Crashes:
    """Which calls of which functions end in death. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._planned: dict[str, dict[int, When]] = {}
        self._deaths: dict[str, list[Death]] = {}

    def plan(self, function: str, calls: Iterable[int], when: When) -> None:
        """Kill this function at these calls: 1 is the next one of whichever of its processes."""
        with self._lock:
            planned = self._planned.setdefault(function, {})
            planned.update({self._calls[function] + call: when for call in calls})

    def deaths(self, function: str) -> tuple[Death, ...]:
        """How it has died so far."""
        with self._lock:
            return tuple(self._deaths.get(function, ()))

    def calls(self, function: str) -> int:
        """How many calls it has made."""
        with self._lock:
            return self._calls[function]

    def count(self, function: str, call: str) -> When | None:
        """It makes a call: when it dies of it, if it does."""
        with self._lock:
            self._calls[function] += 1
            when = self._planned.get(function, {}).pop(self._calls[function], None)
            if when:
                self._deaths.setdefault(function, []).append(Death(call, when))
            return when


class CallGate:
    """The AWS endpoint as one process sees it."""

    def __init__(self, endpoint: str, due: Callable[[str], When | None], kill: Callable[[], None]) -> None:
        """
        Args:
            endpoint: where calls are passed on to.
            due: counts a call of this name, and says whether the process dies of it.
            kill: ends the process.
        """
        self.endpoint = endpoint
        self.due = due
        self.kill = kill
        # As long as any function runs; the client behind the gate has its own time limits.
        self.http = urllib3.PoolManager(timeout=900, retries=False, maxsize=8)
        self._server = LoopbackServer(functools.partial(_GateHandler, self))

    @property
    def url(self) -> str:
        """What the process takes for AWS."""
        return f"http://{self._server.address}"

    def close(self) -> None:
        """Take no more calls."""
        self._server.close()
        self.http.clear()


class _GateHandler(Handler):
    def __init__(self, gate: CallGate, *arguments: Any) -> None:
        self._gate = gate
        super().__init__(*arguments)

    def handle_expect_100(self) -> bool:
        """botocore waits for this with an object for S3, so it has to leave the buffer."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def _pass_on(self) -> None:
        body = self.body()
        when = self._gate.due(self._name(body))
        if when == "before":
            self._die()
            return
        answer = self._gate.http.request(
            self.command,
            self._gate.endpoint + self.path,
            body=body,
            headers=_passed(self.headers.items()),
            decode_content=False,
        )
        if when == "after":
            self._die()
            return
        self.send_response(answer.status)
        for name, value in _passed(answer.headers.items()).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.data)

    do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = _pass_on  # noqa: N815 - http.server's names

    def _name(self, body: bytes) -> str:
        """By a header in the JSON protocols, a parameter in the query protocol (SNS); S3 has neither."""
        if target := self.headers.get("X-Amz-Target"):
            return target.rpartition(".")[2]
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
        return f"{self.command} {self.path}"

    def _die(self) -> None:
        self.close_connection = True
        self._gate.kill()


def _passed(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _OF_THE_CONNECTION}
