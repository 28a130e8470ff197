"""Durations in Prometheus' form: 30s, 5m, 4h, 1d12h, units in descending order, each once."""

from __future__ import annotations

import re

ALLOWED = "a duration such as 30s, 5m, 4h or 1d12h (units y, w, d, h, m, s, ms in that order)"

UNITS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
"""Prometheus' model.ParseDuration: a year is 365 days."""

_FORM = re.compile("".join(f"(?:([0-9]{{1,9}}){unit})?" for unit in UNITS))


def parse_duration(text: object) -> float | None:
    """Seconds, or None where the text is no duration. "0" alone needs no unit."""
    if not isinstance(text, str):
        return None
    if text == "0":
        return 0.0
    found = _FORM.fullmatch(text)
    if not text or found is None:
        return None
    parts = zip(found.groups(), UNITS.values(), strict=True)
    return float(sum(int(number) * seconds for number, seconds in parts if number))
