"""What a DingTalk robot's answer means. The status is always 200; what counts stands in the body.

The order, from reference protocols and from the tables that circulate of the robot's codes: a server's
failure, a body that is not the robot's, too fast, busy, and everything else is a no. Only `errcode` 0 is a
yes; a code that nobody knows is a no as well, so that nothing counts as delivered that was not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.webhook import Answer

LOCK_OUT = 600.0
"""Seconds. Above 20 messages a minute the robot takes nothing for ten minutes (DingTalk's page on custom
robots)."""

GATEWAY_WAIT = 60.0
"""Seconds to stay away at least when the gateway before the robot turns a message down; it names 5, next to
130101."""

TOO_FAST_CODES = frozenset({130101, 410100, 90030})
"""`send too fast, exceed 20 times per minute`, its newer number, and `webhook over limit`."""

_TOO_FAST = re.compile("too fast|exceed|over limit|限流|太快|频率", re.IGNORECASE)
"""For numbers we have not seen: 660026 is said to be one, and its text is all there would be."""
_TOO_LONG = re.compile("too long|大小不合法", re.IGNORECASE)
"""`message too long, exceed 20000 bytes` (460101) speaks of exceeding, too, and will not get shorter by
waiting."""

BUSY = -1
SECURITY = 310000
"""The security settings refuse: keywords, timestamp, signature or address."""

_BAD_TIMESTAMP = re.compile("invalid timestamp|签名过期", re.IGNORECASE)
_BAD_SIGNATURE = re.compile("sign not match|签名不匹配", re.IGNORECASE)
_TOKEN_CODES = frozenset({"300001", "300005", "400101", "400102", "400106"})
"""`token is not exist` in its older and newer numbers, and a robot that was switched off or taken away."""


def classify(answer: Answer) -> Outcome:
    """Sort one answer."""
    if answer.status >= 500 or answer.status == 408:
        return Unreachable(f"the robot's server answered HTTP {answer.status}")
    if answer.status == 429:
        return Throttled(max(answer.retry_after or 0.0, GATEWAY_WAIT))
    body = _object(answer.body)
    if answer.status != 200:
        return Rejected(f"http-{answer.status}", _said(body))
    if body is None:
        return Unreachable("HTTP 200 with something that is no robot's answer")
    if "punish" in body or body.get("errcode") is None:
        return Throttled(max(_seconds(body.get("wait")), GATEWAY_WAIT))
    return _by_code(body["errcode"], _said(body))


def _by_code(code: object, message: str) -> Outcome:
    if type(code) is not int:  # false equals 0 to Python, but is no code
        return Rejected("no-code", message)
    if code == 0:
        return Delivered()
    if code in TOO_FAST_CODES:
        return Throttled(LOCK_OUT)
    if code != SECURITY and _TOO_FAST.search(message) and not _TOO_LONG.search(message):
        return Throttled(LOCK_OUT)
    if code == BUSY:
        return Unreachable(f"the robot is busy: {message}")
    return Rejected(str(code), message)


def wants_a_fresh_timestamp(outcome: Outcome) -> bool:
    """The signature was right for a time that the robot does not take."""
    return _BAD_TIMESTAMP.search(_security_reason(outcome)) is not None


def may_be_a_stale_secret(outcome: Outcome) -> bool:
    """The URL or the signing key is not the robot's: perhaps somebody has just put new ones."""
    unknown_token = isinstance(outcome, Rejected) and outcome.code in _TOKEN_CODES
    return unknown_token or _BAD_SIGNATURE.search(_security_reason(outcome)) is not None


def _security_reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Rejected) and outcome.code == str(SECURITY) else ""


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _said(body: Mapping[str, Any] | None) -> str:
    return str((body or {}).get("errmsg") or "no reason given")


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 < value < 86_400 else 0.0
