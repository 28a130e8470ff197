"""What an import comes to: a rule file, receivers to declare, and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from eventcore.rules import RulesInvalid, parse_rules
from kube_events.errors import CommandError
from kube_events.plain_text import plain
from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.imported_route import ImportedRoute, placed, rule_file, told, without
from kube_events.rule_import.receiver_names import Receiver, terraform
from kube_events.strict_yaml import read_yaml


@dataclass(frozen=True)
class Imported:
    """The result of an import."""

    rules: str
    """The rule file, YAML."""
    receivers: str
    """The receivers, for a .tfvars file."""
    report: tuple[str, ...]
    """A line for each thing in the source, and one that sums up."""


def finish(
    routes: Sequence[ImportedRoute],
    receivers: Sequence[Receiver],
    findings: Findings,
    *,
    source: str,
    left_out: Collection[str],
) -> Imported:
    """Put the parts together.

    Raises:
        CommandError: a receiver to leave out is none, or the rules cannot be said in one file.
    """
    known = [one.name for one in receivers]
    unknown = sorted(set(left_out) - set(known))
    if unknown:
        raise CommandError(
            [
                f"--without: {name} is no receiver of this file; there are {', '.join(known)}"
                for name in unknown
            ]
        )
    kept = without(routes, left_out) if left_out else tuple(routes)
    for name in left_out:
        findings.add(source, f"receiver {name}", Kind.TRANSLATED, "left out, as --without says")
    for path, route in placed(kept):
        for origin in route.origins:
            findings.add(origin.place, origin.about, Kind.TRANSLATED, f"{path}: {_meaning(route)}")
    for name, times in Counter(told(kept)).items():
        if times > 1:
            text = (
                f"{times} routes tell it. An event that takes several of them was sent once for each; "
                "here it is in a "
                "group of each, so in several messages"
            )
            findings.add(source, f"receiver {name}", Kind.DIFFERS, text)
    declared = [one for one in receivers if one.name not in left_out]
    declaration = terraform(declared)
    rules = rule_file(kept, _heading(source, declaration))
    _prove(rules)
    lines = tuple(str(one) for one in findings)
    report = (*lines, f"{plain(source)}: {findings.summary()}", *declaration)
    return Imported(rules, "\n".join(declaration) + "\n", report)


def _heading(source: str, declaration: Iterable[str]) -> list[str]:
    return [
        f"Imported from {source} by `kube-events rules import`; the comments say what each route comes from.",
        "Severity and grouping are kube-events' own: the source had neither. Nothing is dropped from the "
        "index.",
        "Receivers, as Terraform wants them declared:",
        *(f"  {line}" for line in declaration),
    ]


def _meaning(route: ImportedRoute) -> str:
    if route.receivers:
        return f"tells {', '.join(route.receivers)}"
    return "a condition for the routes below it" if route.routes else "tells nobody"


def _prove(rules: str) -> None:
    """Raises CommandError if the rule file is not one, which only a source of absurd depth can cause."""
    try:
        parse_rules(read_yaml(rules.encode()))
    except RulesInvalid as invalid:
        raise CommandError([f"cannot be said in a rule file: {error}" for error in invalid.errors]) from None
