"""Whether a server has already what it would be given, so that setting up again changes nothing."""

from __future__ import annotations


def contains(found: object, wanted: object) -> bool:
    """Whether `found` says all that `wanted` says.

    Servers add defaults and times to what they are given, and give numbers and truths of index settings back
    as texts.
    """
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and contains(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(contains(*pair) for pair in zip(found, wanted, strict=True))
        )
    return found == wanted or (isinstance(found, str) and found == _as_text(wanted))


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
