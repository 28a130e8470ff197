"""An Amazon Chime webhook as it answered. AWS never documented it: all of this is from memory [M]."""

from __future__ import annotations

import re
import threading
from typing import Any

from sandbox.receivers.faults import Fault, Faults
from sandbox.receivers.inbox import Received
from sandbox.receivers.request import Reply, Request, json_reply

MAX_CONTENT = 4096
"""Characters of `Content`."""
SECONDS_APART = 1.0
"""About one message a second."""

_THROTTLED = Fault(
    json_reply(429, {"Message": "Rate exceeded"}, {"Retry-After": "1"}), "throttled", "429", "Rate exceeded"
)


def _refused(status: int, message: str) -> Fault:
    return Fault(json_reply(status, {"Message": message}), "refused", str(status), message)


FAULTS = {
    "throttled": _THROTTLED,
    "forbidden": _refused(403, "Forbidden"),
    "empty": Fault(Reply(200, b"{}"), "failed", "200", "no MessageId"),
    "unavailable": Fault(json_reply(503, {"Message": "Unavailable"}), "failed", "503", "Unavailable"),
    "server-error": Fault(json_reply(500, {"Message": "Error"}), "failed", "500", "Error"),
    "broken": Fault(Reply(0, b""), "failed", "broken", "connection closed without an answer"),
}


class Webhook:
    """One incoming webhook of a chat room."""

    def __init__(self, name: str, *, token: str) -> None:
        self.name = name
        self.token = token
        self._faults = Faults(FAULTS)
        self._last = float("-inf")
        self._number = 0
        self._lock = threading.Lock()

    def inject(self, times: int, kind: str) -> None:
        """Have the next `times` requests end in the fault `kind`, one of FAULTS."""
        self._faults.inject(times, kind)

    def answer(self, request: Request, now: float) -> tuple[Reply, Received]:
        """Judge one request."""
        content = _content(request.json_object() or {})
        fault = self._faults.next() or self._judge(request, content, now)
        accepted = fault.verdict == "accepted"
        return fault.reply, Received(
            receiver=self.name,
            channel="chime",
            verdict=fault.verdict,
            at=now,
            code="" if accepted else fault.code,
            reason="" if accepted else fault.reason,
            text=content,
            mentions=tuple(re.findall(r"@(All|Present)\b", content)),
            size=len(request.body),
        )

    def _judge(self, request: Request, content: str, now: float) -> Fault:
        if request.method != "POST":
            return _refused(405, "Method Not Allowed")
        if request.query.get("token") != self.token:
            return _refused(403, "Forbidden")
        if request.json_object() is None or not content:
            return _refused(400, "Bad Request")
        if len(content) > MAX_CONTENT:
            return _refused(400, f"Content is longer than {MAX_CONTENT} characters")
        with self._lock:
            if now - self._last < SECONDS_APART:
                return _THROTTLED
            self._last = now
            self._number += 1
            reply = json_reply(200, {"MessageId": f"message-{self._number}", "RoomId": f"room-{self.name}"})
        return Fault(reply, "accepted", "200", "OK")


def _content(message: dict[str, Any]) -> str:
    content = message.get("Content")
    return content if isinstance(content, str) else ""
