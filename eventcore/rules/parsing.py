"""Parses a rule file that YAML or JSON has decoded, and names everything that is wrong in it at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from eventcore.event import SEVERITIES, Severity
from eventcore.faults import child, item
from eventcore.patterns import PatternError, compile_pattern
from eventcore.rules.errors import RuleError, RulesInvalid
from eventcore.rules.nearest import one_of
from eventcore.rules.pattern_fields import field_faults
from eventcore.rules.route_parsing import RouteParser
from eventcore.rules.rule_file import RawPattern, Route, RuleFile, SeverityRule

_KEYS = ("drop", "severity", "route")
_LATER = ("inhibit", "time_intervals")
"""Known to the design, not to this version: better refused than ignored."""


def parse_rules(document: object, *, receivers: Collection[str] | None = None) -> RuleFile:
    """Parse a rule file.

    Args:
        document: the decoded file.
        receivers: the receivers there are; None where they are not known, then every name is taken.

    Raises:
        RulesInvalid: with all errors.
    """
    parser = _Parser(receivers)
    rule_file = parser.rule_file(document)
    if parser.errors:
        raise RulesInvalid(parser.errors)
    return rule_file


class _Parser:
    """Goes on after an error; what it returns is then of no use and thrown away."""

    def __init__(self, receivers: Collection[str] | None) -> None:
        self.errors: list[RuleError] = []
        self._routes = RouteParser(self.errors, self._pattern, receivers)

    def rule_file(self, document: object) -> RuleFile:
        if not isinstance(document, dict):
            self._error("", document, f"a mapping with the keys {', '.join(_KEYS)}")
            return RuleFile(route=Route(path="route"))
        for key in document:
            if key in _LATER:
                self._error(str(key), key, f"one of {', '.join(_KEYS)}: {key} is not supported yet")
            elif key not in _KEYS:
                self._error(str(key), key, one_of(_KEYS, key))
        return RuleFile(
            drop=self._drop(document.get("drop")),
            severity=self._severity(document.get("severity")),
            route=self._routes.root(document.get("route")),
        )

    def _drop(self, rules: object) -> tuple[RawPattern, ...]:
        return tuple(self._pattern(rule, place) for place, rule in self._list(rules, "drop", "patterns"))

    def _severity(self, rules: object) -> tuple[SeverityRule, ...]:
        found = []
        for place, rule in self._list(rules, "severity", "rules such as {match: {…}, severity: high}"):
            if not isinstance(rule, dict):
                self._error(place, rule, "an object such as {match: {…}, severity: high}")
                continue
            for key in rule.keys() - {"match", "severity"}:
                self._error(child(place, key), key, one_of(("match", "severity"), key))
            match = self._pattern(rule.get("match"), f"{place}.match")
            found.append(SeverityRule(match, self._severity_name(rule.get("severity"), f"{place}.severity")))
        return tuple(found)

    def _severity_name(self, value: object, path: str) -> Severity:
        for severity in SEVERITIES:
            if value == severity:
                return severity
        self._error(path, value, one_of(SEVERITIES, value))
        return "low"

    def _list(self, value: object, path: str, of: str) -> list[tuple[str, Any]]:
        if value is None:
            return []
        if not isinstance(value, list):
            self._error(path, value, f"a list of {of}")
            return []
        return [(item(path, at), one) for at, one in enumerate(value)]

    def _pattern(self, pattern: object, path: str) -> RawPattern:
        faults = []
        try:
            compile_pattern(pattern, path=path)
        except PatternError as error:
            faults = list(error.faults)
        named = {fault.path for fault in faults}
        faults.extend(fault for fault in field_faults(pattern, path) if fault.path not in named)
        self.errors.extend(faults)
        return pattern if isinstance(pattern, dict) and not faults else {}

    def _error(self, path: str, value: object, allowed: str) -> None:
        self.errors.append(RuleError(path, value, allowed))
