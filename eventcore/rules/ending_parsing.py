"""Parses what the file says of the ends of problems, and of what mutes others while it lasts."""

from __future__ import annotations

from eventcore.faults import child
from eventcore.rules.checking import Checker
from eventcore.rules.rule_file import KEEP_SOURCE, Inhibition, RecoveryEntry

INHIBIT_KEYS = ("source", "target", "equal", "keep")
RECOVERY_KEYS = ("problem", "recovered_by", "kind", "resolve_after")


def parse_inhibitions(check: Checker, value: object, path: str) -> tuple[Inhibition, ...]:
    """The list under `inhibit`."""
    such_as = "{source: {…}, target: {…}, equal: [cluster.name, node]}"
    found = []
    for place, one in check.items(value, path, f"objects such as {such_as}"):
        rule = check.mapping(one, place, INHIBIT_KEYS, such_as)
        if not isinstance(one, dict):
            continue
        found.append(
            Inhibition(
                source=check.pattern(rule.get("source"), child(place, "source")),
                target=check.pattern(rule.get("target"), child(place, "target")),
                equal=check.fields(rule.get("equal", []), child(place, "equal"), everything=False),
                keep=check.duration(rule, "keep", place) or KEEP_SOURCE,
            )
        )
    return tuple(found)


def parse_recoveries(check: Checker, value: object, path: str) -> tuple[RecoveryEntry, ...]:
    """The list under `recoveries`."""
    such_as = "{problem: [CertificateExpired], recovered_by: [CertificateRenewed]}"
    found: list[RecoveryEntry] = []
    known: set[tuple[str, str]] = set()
    for place, one in check.items(value, path, f"objects such as {such_as}"):
        entry = check.mapping(one, place, RECOVERY_KEYS, such_as)
        if not isinstance(one, dict):
            continue
        kind = entry.get("kind", "")
        if "kind" in entry and (not isinstance(kind, str) or not kind):
            check.error(
                child(place, "kind"), kind, "a kind of objects, such as Pod; without it, of every kind"
            )
        problems = _reasons(check, entry.get("problem"), child(place, "problem"))
        if problems == () and isinstance(entry.get("problem"), list):
            check.error(child(place, "problem"), [], "a list of at least one reason")
        recovered_by = _reasons(check, entry.get("recovered_by", []), child(place, "recovered_by"))
        for reason in sorted(set(problems) & set(recovered_by)):
            check.error(child(place, "recovered_by"), reason, "reasons that are not the problem's own")
        for reason in problems:
            if (reason, str(kind)) in known:
                check.error(child(place, "problem"), reason, "each reason in one entry, for a kind")
            known.add((reason, str(kind)))
        found.append(
            RecoveryEntry(
                problem=problems,
                recovered_by=recovered_by,
                kind=str(kind),
                resolve_after=check.duration(entry, "resolve_after", place),
            )
        )
    return tuple(found)


def _reasons(check: Checker, value: object, path: str) -> tuple[str, ...]:
    return check.names(
        value,
        path,
        "reasons, such as [FailedMount]",
        lambda name: None if name else "a reason",
        each="reason",
    )
