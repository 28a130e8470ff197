"""The header Retry-After, in either of its forms (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_retry_after(header: str | None, *, now: float, at_most: float) -> float | None:
    """Seconds to wait, between zero and `at_most`; None if the header is missing or has neither form.

    Args:
        header: a number of seconds, or a date. One without a zone counts as UTC.
        now: seconds since the epoch, as `time.time` gives them.
        at_most: seconds. Whoever answers must not be able to silence us for good.
    """
    text = (header or "").strip()
    try:
        # isdecimal alone would also take the digits of other scripts.
        seconds = float(text) if text.isascii() and text.isdecimal() else _moment(text) - now
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), at_most)


def _moment(date: str) -> float:
    moment: datetime = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
