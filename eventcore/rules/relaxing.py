"""What is left of a pattern for an event of which only the object and the reason are known.

A recovery says that problems of its object are over, and the groups that hold them have to be found by it. It
does not know their message, their count or who reported them. Conditions on those are left out, so that what
is left matches every event that the whole pattern does, and more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventcore.patterns.places import Trail

KNOWN: frozenset[Trail] = frozenset(
    {
        ("reason",),
        ("cluster", "name"),
        ("cluster", "region"),
        ("cluster", "account"),
        ("involvedObject", "kind"),
        ("involvedObject", "namespace"),
        ("involvedObject", "name"),
    }
)
"""What a problem has in common with its recovery, but for the reason, which the table gives. Not its labels:
they change, and an exporter may not have known them."""


def relax(pattern: Mapping[str, Any] | None, trail: Trail = ()) -> dict[str, Any] | None:
    """The conditions on known fields; None where there are none: it may match everything."""
    kept: dict[str, Any] = {}
    for name, value in (pattern or {}).items():
        if name == "$or":
            options = [relax(option, trail) for option in value]
            if all(options):
                kept[name] = options
        elif isinstance(value, dict):
            inner = relax(value, (*trail, name))
            if inner:
                kept[name] = inner
        elif (*trail, name) in KNOWN:
            kept[name] = value
    return kept or None
