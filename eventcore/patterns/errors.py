"""The one error of the pattern language."""

from __future__ import annotations

from collections.abc import Sequence

from eventcore.faults import Fault


class PatternError(ValueError):
    """A pattern that means nothing: with every fault, and path, value and allowed of the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        self.path = faults[0].path
        self.value = faults[0].value
        self.allowed = faults[0].allowed
        super().__init__("\n".join(map(str, faults)))


class Refused(Exception):
    """The operand of an operator is wrong; `allowed` says what it may be."""

    def __init__(self, allowed: str) -> None:
        self.allowed = allowed
        super().__init__(allowed)
