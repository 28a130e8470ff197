"""Filter criteria: which records a function gets to see, in the patterns that our rules are made of."""

from __future__ import annotations

from collections.abc import Callable

from eventcore.patterns import compile_pattern
from sandbox.lambda_service.mapping import EventSourceMapping
from sandbox.lambda_service.records import SourceRecord


def record_filter(mapping: EventSourceMapping) -> Callable[[SourceRecord], bool]:
    """Whether a record passes: one of the patterns matches, or there is none.

    Raises:
        PatternError: a pattern is none.
    """
    patterns = [compile_pattern(pattern) for pattern in mapping.patterns]
    return lambda record: not patterns or any(pattern.matches(record.view) for pattern in patterns)
