"""What parsing a rule file can say."""

from __future__ import annotations

from collections.abc import Sequence

from eventcore.faults import Fault

RuleError = Fault
"""One thing that is wrong in a rule file: path, value, and what is allowed."""


class RulesInvalid(ValueError):
    """A rule file that cannot be used, with everything that is wrong in it; str() has a line for each."""

    def __init__(self, errors: Sequence[RuleError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))
