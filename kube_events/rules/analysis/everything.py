"""Everything that is odd in a rule file."""

from __future__ import annotations

import re
from collections.abc import Collection

from eventcore.rules import CompiledRules
from kube_events.rules.analysis.inhibitions import ineffective
from kube_events.rules.analysis.unreachable import unreachable
from kube_events.rules.analysis.unresolved import unresolved
from kube_events.rules.analysis.unused import unused
from kube_events.rules.analysis.warning import Odd


def odd(rules: CompiledRules, receivers: Collection[str] | None = None) -> tuple[Odd, ...]:
    """All warnings, in the order of the file's parts.

    Args:
        rules: compiled.
        receivers: the receivers there are; None where they are not known.
    """
    found = (*unreachable(rules), *ineffective(rules), *unresolved(rules), *unused(rules, receivers))
    return tuple(sorted(found, key=_part))


_PARTS = ("drop", "severity", "inhibit", "time_intervals", "route", "")


def _part(warning: Odd) -> int:
    """Warnings of one part stay as they were found."""
    return _PARTS.index(re.split(r"[.\[]", warning.path)[0])
