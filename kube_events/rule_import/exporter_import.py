"""`kube-events rules import kubernetes-event-exporter`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kube_events.rule_import.exporter_config import Config, Route, Rule, read_config
from kube_events.rule_import.exporter_receivers import read_receivers
from kube_events.rule_import.exporter_rules import ExporterRules
from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.go_expand import expand_env
from kube_events.rule_import.imported import Imported, finish
from kube_events.rule_import.marked_yaml import read_marked
from kube_events.rule_import.receiver_names import Names


def import_exporter(
    text: str, *, file: str, variables: Mapping[str, str], left_out: Collection[str] = ()
) -> Imported:
    """Translate a configuration of kubernetes-event-exporter.

    Args:
        text: the configuration, YAML.
        file: its name, for the report.
        variables: environment variables that it may name, as the exporter's own environment does.
        left_out: receivers, by our names, that shall not be told.

    Raises:
        CommandError: it is no configuration, or cannot be said in one rule file.
    """
    findings = Findings()
    expanded, unset = expand_env(text, variables)
    document = read_marked(expanded, file)
    outside = document.field("receivers")
    for one in unset:
        if outside.is_null or not outside.line <= one.line <= outside.last_line:
            text_of = (
                "is no variable that is set here, so it became nothing, as it does in the exporter "
                "where it is unset"
            )
            findings.add(f"{file}:{one.line}", one.written, Kind.BROKEN, text_of)
    config = read_config(document, findings)
    names = Names()
    for declared in config.receivers:
        names.of(declared.field("name").text())
    routes = ExporterRules(names, findings, uses_lookup=config.uses_lookup).routes(config)
    used = _used(config.route)
    receivers = read_receivers(config.receivers, [rule.receiver for rule in used], names, findings)
    _note_undeclared(config, used, findings)
    return finish(routes, receivers, findings, source=file, left_out=left_out)


def _used(route: Route) -> list[Rule]:
    """The items that name a receiver."""
    here = [rule for rule in route.match if rule.receiver]
    return [*here, *(rule for nested in route.routes for rule in _used(nested))]


def _note_undeclared(config: Config, used: Sequence[Rule], findings: Findings) -> None:
    declared = {one.field("name").text() for one in config.receivers}
    for rule in used:
        if rule.receiver not in declared:
            findings.add(
                rule.source.place,
                f"receiver {rule.receiver!r}",
                Kind.BROKEN,
                "not declared, so the exporter told nobody and kept a goroutine for every event; here it "
                "is a "
                "placeholder",
            )
