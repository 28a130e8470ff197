"""Reads parts of a rule file and gathers what is wrong with them; it goes on after an error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from eventcore.faults import child, item
from eventcore.grouping.key import FREE_FIELDS
from eventcore.patterns import PatternError, compile_pattern
from eventcore.rules import durations
from eventcore.rules.errors import RuleError
from eventcore.rules.event_fields import leaf_paths
from eventcore.rules.nearest import one_of
from eventcore.rules.pattern_fields import field_faults
from eventcore.rules.rule_file import RawPattern

EVERY_FIELD = "..."
"""Alertmanager's group_by that tells everything apart."""

SHORTEST = 1.0
"""Seconds. SQS delays by whole ones, so a timer cannot be finer."""


def field_names() -> frozenset[str]:
    """The fields that a list of fields may name, but for FREE_FIELDS."""
    free = {field.rstrip(".") for field in FREE_FIELDS}
    return frozenset(".".join(field) for field in leaf_paths()) - free


class Checker:
    """What is returned after an error is of no use, and thrown away."""

    def __init__(self) -> None:
        self.errors: list[RuleError] = []

    def error(self, path: str, value: object, allowed: str) -> None:
        """Say what is wrong."""
        self.errors.append(RuleError(path, value, allowed))

    def mapping(self, value: object, path: str, keys: Collection[str], such_as: str) -> dict[str, Any]:
        """A mapping of these keys."""
        if not isinstance(value, dict):
            self.error(path, value, f"an object such as {such_as}")
            return {}
        for key in value:
            if key not in keys:
                self.error(child(path, key), key, one_of(keys, key))
        return value

    def items(self, value: object, path: str, of: str) -> list[tuple[str, Any]]:
        """The elements of a list, each with its path; nothing where there is none."""
        if value is None:
            return []
        if not isinstance(value, list):
            self.error(path, value, f"a list of {of}")
            return []
        return [(item(path, at), one) for at, one in enumerate(value)]

    def pattern(self, pattern: object, path: str) -> RawPattern:
        """A pattern that events can match."""
        faults = []
        try:
            compile_pattern(pattern, path=path)
        except PatternError as error:
            faults = list(error.faults)
        named = {fault.path for fault in faults}
        faults.extend(fault for fault in field_faults(pattern, path) if fault.path not in named)
        self.errors.extend(faults)
        return pattern if isinstance(pattern, dict) and not faults else {}

    def duration(self, holder: dict[str, Any], key: str, path: str, *, zero: bool = False) -> float | None:
        """Seconds; None where there is no such key."""
        if key not in holder:
            return None
        value, place = holder[key], child(path, key)
        seconds = durations.parse_duration(value)
        if seconds is None:
            self.error(place, value, durations.ALLOWED)
        elif seconds == 0 and zero:
            pass
        elif seconds < SHORTEST:
            self.error(place, value, f"{durations.ALLOWED}, at least 1s")
        return seconds

    def names(
        self, value: object, path: str, of: str, allowed: Callable[[str], str | None], *, each: str
    ) -> tuple[str, ...]:
        """A list of different strings, which `allowed` refuses by saying what may stand there."""
        if not isinstance(value, list):
            self.error(path, value, f"a list of {of}")
            return ()
        return tuple(self._names(value, path, allowed, each))

    def _names(
        self, values: list[object], path: str, allowed: Callable[[str], str | None], each: str
    ) -> Iterator[str]:
        for at, name in enumerate(values):
            wrong = allowed(str(name)) if isinstance(name, str) else allowed("")
            if not isinstance(name, str) or wrong is not None:
                self.error(item(path, at), name, wrong or "a string; put it in quotes")
            elif name in values[:at]:
                self.error(item(path, at), name, f"each {each} once")
            yield str(name)

    def fields(self, value: object, path: str, *, everything: bool) -> tuple[str, ...]:
        """A list of fields of the event; ['...'] alone, where `everything` allows it."""
        if everything and isinstance(value, list) and EVERY_FIELD in value:
            if value != [EVERY_FIELD]:
                self.error(path, value, "either fields or ['...'], which tells every object and reason apart")
            return (EVERY_FIELD,)
        return self.names(value, path, "fields, such as [cluster.name, reason]", _field_instead, each="field")


def _field_instead(name: str) -> str | None:
    if name in field_names() or any(name.startswith(free) and name != free for free in FREE_FIELDS):
        return None
    return f"a field of the event: {one_of(field_names(), name)}"
