"""The selection of the settings, ready to be used by the readers and the intake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Self

from exporter.selection.drop_rules import DropRules, RawPattern
from exporter.selection.field_selector import divide
from exporter.settings import Settings


class Selection:
    """Which events are shipped."""

    def __init__(self, namespaces: tuple[str, ...], drop: Sequence[RawPattern]) -> None:
        """
        Args:
            namespaces: empty for the whole cluster.
            drop: patterns that `drop_faults` finds nothing wrong with.
        """
        self.namespaces = namespaces
        division = divide(drop)
        self.field_selector = division.selector
        """For every list and watch of events; empty for none."""
        self.fingerprint = _fingerprint(drop)
        """The same for the same rules, empty without any. Of the rules and not of the selector, which another
        release may divide differently; and without the namespaces, each of which has a version of its own."""
        self.drops = DropRules(division.local).drop if division.local else None
        """Whether an event that was read with `field_selector` is not to be shipped; None if all are."""
        self.drops_synthetic = DropRules(drop).drop
        """The same for an event that was made here, so that no API server has applied the selector to it.
        There are few of them."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The selection of the settings."""
        return cls(settings.namespaces, settings.drop)


def _fingerprint(drop: Sequence[RawPattern]) -> str:
    if not drop:
        return ""
    patterns = sorted(json.dumps(pattern, sort_keys=True) for pattern in drop)
    return hashlib.sha256("\n".join(patterns).encode()).hexdigest()[:16]
