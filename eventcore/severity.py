"""Severity by the built-in table: the first row of a reason that fits decides, else the type does."""

from __future__ import annotations

from eventcore.event import Severity
from eventcore.severity_table import SEVERITY_TABLE, SeverityRow

_COMBINED = "(combined from similar events): "
"""What client-go puts before the message when it folds more than ten similar events into one."""


def builtin_severity(*, reason: str, event_type: str, component: str, message: str) -> Severity:
    """The severity of an event that no rule decides.

    Args:
        reason: the event's reason.
        event_type: Normal or Warning; other types, which the API server accepts, count as Warning.
        component: source.component, else reportingComponent.
        message: the event's message.
    """
    rows = _rows_by_reason.get(reason)
    if rows is None:
        return by_type(event_type)
    text = message.removeprefix(_COMBINED)
    for row in rows:
        if _fits(row, component, text):
            return row.severity
    return by_type(event_type)


def by_type(event_type: str) -> Severity:
    """Normal and absent are low, Warning and anything else is medium."""
    return "low" if event_type in {"Normal", ""} else "medium"


def _fits(row: SeverityRow, component: str, message: str) -> bool:
    return (
        (not row.components or component in row.components)
        and (not row.message_starts or message.startswith(row.message_starts))
        and (not row.message_contains or any(phrase in message for phrase in row.message_contains))
    )


def _index(table: tuple[SeverityRow, ...]) -> dict[str, tuple[SeverityRow, ...]]:
    index: dict[str, tuple[SeverityRow, ...]] = {}
    for row in table:
        index[row.reason] = (*index.get(row.reason, ()), row)
    return index


_rows_by_reason = _index(SEVERITY_TABLE)
