"""A DingTalk robot as it answers: HTTP 200 whatever it thinks, and the verdict in `errcode`.

The order of its checks and what is marked [M] below are from memory; codes and texts are from reports of
people who met them.
"""

from __future__ import annotations

import hmac
import threading
from base64 import b64encode
from collections import deque
from hashlib import sha256
from typing import Any

from sandbox.receivers.faults import Fault, Faults
from sandbox.receivers.inbox import Received, Verdict
from sandbox.receivers.request import Reply, Request, json_reply

MAX_BODY = 20_000
PER_MINUTE = 20
LOCK_OUT = 600.0
"""Seconds without a message after the 21st within a minute."""
MAX_DRIFT_MS = 3_600_000
"""A signature's time may be an hour off."""


def _verdict(code: int, message: str) -> Reply:
    return json_reply(200, {"errcode": code, "errmsg": message})


def _fault(verdict: Verdict, code: int, message: str) -> Fault:
    return Fault(_verdict(code, message), verdict, str(code), message)


_TOO_FAST = (130101, "send too fast, exceed 20 times per minute")

FAULTS = {
    "busy": _fault("failed", -1, "系统繁忙"),
    "throttled": _fault("throttled", *_TOO_FAST),
    "keywords": _fault("refused", 310000, "keywords not in content"),
    "address": _fault("refused", 310000, "ip 192.0.2.7 not in whitelist"),
    "timestamp": _fault("refused", 310000, "invalid timestamp"),
    "disabled": _fault("refused", 400102, "机器人已停用"),
    "gateway": Fault(
        json_reply(200, {"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "0"}),
        "throttled",
        "1111",
        "punish: deny",
    ),
    "unknown": _fault("refused", 999999, "something new"),
    "server-error": Fault(Reply(502, b"<html>Bad Gateway</html>"), "failed", "http-502", "Bad Gateway"),
    "broken": Fault(Reply(0, b""), "failed", "broken", "connection closed without an answer"),
}


class Robot:
    """One custom robot of a group."""

    def __init__(self, name: str, *, token: str, keywords: tuple[str, ...] = (), secret: str = "") -> None:
        self.name = name
        self.token = token
        self.keywords = keywords
        self.secret = secret
        self._faults = Faults(FAULTS)
        self._accepted: deque[float] = deque()
        self._locked_until = 0.0
        self._lock = threading.Lock()

    def inject(self, times: int, kind: str) -> None:
        """Have the next `times` requests end in the fault `kind`, one of FAULTS."""
        self._faults.inject(times, kind)

    def answer(self, request: Request, now: float) -> tuple[Reply, Received]:
        """Judge one request."""
        message = request.json_object() or {}
        fault = self._faults.next() or self._judge(request, message, now)
        title, text = _content(message)
        at = message.get("at") if isinstance(message.get("at"), dict) else {}
        received = Received(
            receiver=self.name,
            channel="dingtalk",
            verdict=fault.verdict,
            at=now,
            code="" if fault.verdict == "accepted" else fault.code,
            reason="" if fault.verdict == "accepted" else fault.reason,
            title=title,
            text=text,
            mentions=_mentions(at or {}),
            size=len(request.body),
        )
        return fault.reply, received

    def _judge(self, request: Request, message: dict[str, Any], now: float) -> Fault:
        return (
            self._refusal(request, message)
            or self._lock_refusal(request, message, now)
            or self._too_fast(now)
            or _fault("accepted", 0, "ok")
        )

    def _refusal(self, request: Request, message: dict[str, Any]) -> Fault | None:
        """What is wrong with the request itself."""
        if request.method != "POST":
            return _fault("refused", 43002, "需要POST请求")
        if not request.content_type.lower().startswith("application/json"):
            return _fault("refused", 43004, "无效的HTTP HEADER Content-Type")  # text [M]
        if len(request.body) > MAX_BODY:
            return _fault("refused", 460101, "message too long, exceed 20000 bytes")
        if not message:
            return _fault("refused", 40035, "不合法的参数 json")  # text [M]
        if message.get("msgtype") not in ("text", "markdown"):
            return _fault("refused", 400105, "不支持的消息类型")
        if not _content(message)[1]:
            return _fault("refused", 40035, f"缺少参数 {message['msgtype']}")
        return None

    def _lock_refusal(self, request: Request, message: dict[str, Any], now: float) -> Fault | None:
        """What the robot's security settings refuse."""
        if self.keywords and not any(word in "\n".join(_content(message)) for word in self.keywords):
            return _fault("refused", 310000, "keywords not in content")
        if not self.secret:
            return None
        timestamp = request.query.get("timestamp", "")
        if not timestamp.isdecimal() or abs(int(timestamp) - now * 1000) > MAX_DRIFT_MS:
            return _fault("refused", 310000, "invalid timestamp")
        if not hmac.compare_digest(request.query.get("sign", ""), _signature(self.secret, timestamp)):
            return _fault("refused", 310000, "sign not match")
        return None

    def _too_fast(self, now: float) -> Fault | None:
        """Twenty in any minute; that only accepted messages count is [M]."""
        with self._lock:
            while self._accepted and self._accepted[0] <= now - 60:
                self._accepted.popleft()
            if now < self._locked_until:
                return _fault("throttled", *_TOO_FAST)
            if len(self._accepted) >= PER_MINUTE:
                self._locked_until = now + LOCK_OUT
                return _fault("throttled", *_TOO_FAST)
            self._accepted.append(now)
            return None


def _content(message: dict[str, Any]) -> tuple[str, str]:
    """Title and text of a text or markdown message."""
    part = message.get(str(message.get("msgtype")))
    if not isinstance(part, dict):
        return "", ""
    return str(part.get("title", "")), str(part.get("text", part.get("content", "")))


def _mentions(at: dict[str, Any]) -> tuple[str, ...]:
    everybody = ("all",) if at.get("isAtAll") else ()
    return (*everybody, *map(str, at.get("atMobiles") or ()), *map(str, at.get("atUserIds") or ()))


def _signature(secret: str, timestamp: str) -> str:
    # Written a second time on purpose: the sandbox must not check our signature with our signature.
    return b64encode(hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), sha256).digest()).decode()
