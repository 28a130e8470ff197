"""Rule files for tests: a right one, of which a test changes what it is about, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.rules import Ruleset, RulesInvalid, compile_rules, parse_rules

RECEIVERS = ["ops-mail", "sre-dingtalk"]


def rules(**changes: Any) -> dict[str, Any]:
    """A document that tells ops-mail of everything."""
    return {"route": {"receiver": "ops-mail"}} | changes


def ruleset(**changes: Any) -> Ruleset:
    """The same, ready to be applied."""
    return Ruleset(compile_rules(parse_rules(rules(**changes)), source_sha256="0" * 64))


def errors(document: Any) -> dict[str, str]:
    """What parsing says is allowed, by the path of what is wrong."""
    with pytest.raises(RulesInvalid) as caught:
        parse_rules(document, receivers=RECEIVERS)
    return {error.path: error.allowed for error in caught.value.errors}
