"""Parses a rule file that YAML or JSON has decoded, and names everything that is wrong in it at once."""

from __future__ import annotations

from collections.abc import Collection

from eventcore.event import SEVERITIES, Severity
from eventcore.faults import child
from eventcore.rules.checking import Checker
from eventcore.rules.ending_parsing import parse_inhibitions, parse_recoveries
from eventcore.rules.errors import RulesInvalid
from eventcore.rules.interval_parsing import parse_time_intervals
from eventcore.rules.nearest import one_of
from eventcore.rules.route_parsing import RouteParser
from eventcore.rules.rule_file import NOTIFY_MAX_AGE, RawPattern, Route, RuleFile, SeverityRule

KEYS = ("drop", "severity", "route", "inhibit", "recoveries", "time_intervals", "notify_max_age")
SEVERITY_KEYS = ("match", "severity")


def parse_rules(document: object, *, receivers: Collection[str] | None = None) -> RuleFile:
    """Parse a rule file.

    Args:
        document: the decoded file.
        receivers: the receivers there are; None where they are not known, then every name is taken.

    Raises:
        RulesInvalid: with all errors.
    """
    check = Checker()
    rule_file = _rule_file(check, document, receivers)
    if check.errors:
        raise RulesInvalid(check.errors)
    return rule_file


def _rule_file(check: Checker, document: object, receivers: Collection[str] | None) -> RuleFile:
    if not isinstance(document, dict):
        check.error("", document, f"a mapping with the keys {', '.join(KEYS)}")
        return RuleFile(route=Route(path="route"))
    for key in document:
        if key not in KEYS:
            check.error(str(key), key, one_of(KEYS, key))
    time_intervals = parse_time_intervals(check, document.get("time_intervals"), "time_intervals")
    return RuleFile(
        drop=_drop(check, document.get("drop")),
        severity=_severity(check, document.get("severity")),
        route=RouteParser(check, receivers, time_intervals.keys()).root(document.get("route")),
        inhibit=parse_inhibitions(check, document.get("inhibit"), "inhibit"),
        recoveries=parse_recoveries(check, document.get("recoveries"), "recoveries"),
        time_intervals=time_intervals,
        notify_max_age=check.duration(document, "notify_max_age", "") or NOTIFY_MAX_AGE,
    )


def _drop(check: Checker, rules: object) -> tuple[RawPattern, ...]:
    return tuple(check.pattern(rule, place) for place, rule in check.items(rules, "drop", "patterns"))


def _severity(check: Checker, rules: object) -> tuple[SeverityRule, ...]:
    found = []
    such_as = "{match: {…}, severity: high}"
    for place, one in check.items(rules, "severity", f"rules such as {such_as}"):
        rule = check.mapping(one, place, SEVERITY_KEYS, such_as)
        if isinstance(one, dict):
            match = check.pattern(rule.get("match"), child(place, "match"))
            severity = _severity_name(check, rule.get("severity"), child(place, "severity"))
            found.append(SeverityRule(match, severity))
    return tuple(found)


def _severity_name(check: Checker, value: object, path: str) -> Severity:
    for severity in SEVERITIES:
        if value == severity:
            return severity
    check.error(path, value, one_of(SEVERITIES, value))
    return "low"
