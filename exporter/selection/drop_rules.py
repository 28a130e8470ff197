"""Drop rules as they are written: what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eventcore.faults import Fault, item
from eventcore.patterns import PatternError, compile_pattern
from eventcore.rules.pattern_fields import field_faults


def drop_faults(patterns: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    """What in the patterns can never match an event, or is no pattern; paths are such as drop[0].reason."""
    for at, pattern in enumerate(patterns):
        path = item("drop", at)
        faults: list[Fault] = []
        try:
            compile_pattern(pattern, path=path)
        except PatternError as error:
            faults += error.faults
        named = {fault.path for fault in faults}
        yield from faults
        yield from (fault for fault in field_faults(pattern, path) if fault.path not in named)
