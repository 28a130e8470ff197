"""Says what is allowed, and which of it was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 40
"""Names that an error lists; of more, it gives the nearest only."""


def one_of(names: Iterable[str], given: object) -> str:
    """ "one of a, b, c; did you mean b?" """
    known = sorted(names)
    near = get_close_matches(str(given), known, n=1)
    listed = f"one of {', '.join(known)}" if known and len(known) <= _LISTED else "a known name"
    return f"{listed}; did you mean {near[0]}?" if near else listed
