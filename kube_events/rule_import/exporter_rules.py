"""Routes of kubernetes-event-exporter as routes of ours.

There, a route ends for an event that any `drop` matches; else each item of `match` sends by itself, and the
nested routes are visited, all of them, if all items matched. Here, the first child that matches takes an
event unless it continues. So `drop` becomes children that tell nobody and do not continue, items and nested
routes become children that continue, and a route with `drop` is a node of its own, so that what it drops is
still seen by its siblings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kube_events.rule_import.exporter_config import Config, Route, Rule
from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.imported_route import ImportedRoute, Origin
from kube_events.rule_import.marked_yaml import Marked
from kube_events.rule_import.matched_values import Field, Matched, matched_values
from kube_events.rule_import.patterns import Condition, put, together
from kube_events.rule_import.receiver_names import Names

_PLACES: dict[str, tuple[str, ...]] = {
    "message": ("message",),
    "apiVersion": ("involvedObject", "apiVersion"),
    "kind": ("involvedObject", "kind"),
    "namespace": ("metadata", "namespace"),
    "reason": ("reason",),
    "type": ("type",),
    "component": ("source", "component"),
    "host": ("source", "host"),
}
"""Where in our event a field of a rule is; `namespace` is the event's own, not its object's."""


class ExporterRules:
    """Translates routes, and notes what becomes of each."""

    def __init__(self, names: Names, findings: Findings, *, uses_lookup: bool) -> None:
        self._names = names
        self._findings = findings
        self._uses_lookup = uses_lookup
        self._enriched: dict[str, dict[str, None]] = {"labels": {}, "annotations": {}}

    def routes(self, config: Config) -> tuple[ImportedRoute, ...]:
        """The children of our root."""
        found = self._route(config.route)
        if len(found) == 1 and found[0].match is None and not found[0].receivers:
            found = list(found[0].routes)
        if config.namespace:
            why = (
                f"The source watched the namespace {config.namespace} only; --namespaces tells the "
                "exporter so."
            )
            guard = {"metadata": {"namespace": [{"anything-but": config.namespace}]}}
            found.insert(0, ImportedRoute(guard, continues=False, why=why))
        self._tell_enrichment(config.route.source.place)
        return tuple(found)

    def _route(self, route: Route) -> list[ImportedRoute]:
        drops = []
        for rule in route.drop:
            condition = self._condition(rule, tells=False)
            if condition.always:
                self._note(
                    rule.source, Kind.BROKEN, "it matches every event, so this route tells nobody at all"
                )
                self._never_reached(route)
                return []
            if not condition.never:
                drops.append(ImportedRoute(condition.match, continues=False, origins=(_origin(rule),)))
        items = [(rule, self._condition(rule, tells=True)) for rule in route.match]
        inner = [*self._items(items), *self._nested(route, items)]
        if not inner:
            return []
        if not drops:
            return inner
        why = "what it drops is told to nobody by this route; it is stored all the same"
        origins = (Origin(route.source.place, route.source.path),)
        return [ImportedRoute(None, routes=(*drops, *inner), origins=origins, why=why)]

    def _items(self, items: list[tuple[Rule, Condition]]) -> list[ImportedRoute]:
        found: list[ImportedRoute] = []
        for rule, condition in items:
            if condition.never or not rule.receiver:
                continue
            name = self._names.of(rule.receiver)
            last = found[-1] if found else None
            if last is None or last.match != condition.match:
                found.append(ImportedRoute(condition.match, (name,), origins=(_origin(rule),)))
            elif name in last.receivers:
                self._note(
                    rule.source, Kind.DIFFERS, f"told {rule.receiver!r} a second time; here it is told once"
                )
            else:
                origins = (*last.origins, _origin(rule))
                found[-1] = replace(last, receivers=(*last.receivers, name), origins=origins)
        return found

    def _nested(self, route: Route, items: list[tuple[Rule, Condition]]) -> list[ImportedRoute]:
        self._check_items(route, items)
        if any(condition.never for _, condition in items):
            self._never_reached(replace(route, match=()))
            return []
        inner = tuple(one for nested in route.routes for one in self._route(nested))
        if not inner:
            return []
        origins = tuple(_origin(rule) for rule, condition in items if not condition.always)
        for match in reversed(together([condition for _, condition in items])):
            why = "all of them have to match for what is below"
            inner = (ImportedRoute(match, routes=inner, origins=origins, why=why),)
        return list(inner)

    def _check_items(self, route: Route, items: list[tuple[Rule, Condition]]) -> None:
        narrow = any(not condition.always for _, condition in items)
        for rule, condition in items:
            if rule.receiver and condition.always and narrow:
                self._note(
                    rule.source,
                    Kind.BROKEN,
                    f"it has no condition, and items of a match send by themselves: {rule.receiver!r} "
                    "gets every event "
                    "that comes to this route, whatever the other items say. So it is here; if both were "
                    "meant "
                    "together, write the conditions and the receiver as one item",
                )
            elif not rule.receiver and not route.routes:
                self._note(rule.source, Kind.BROKEN, "neither a receiver nor nested routes: it does nothing")
        if not route.match and not route.routes:
            self._note(route.source, Kind.BROKEN, "neither match nor routes: it tells nobody")

    def _never_reached(self, route: Route) -> None:
        for rule in route.match:
            self._note(rule.source, Kind.BROKEN, "never reached; left out")
        for nested in route.routes:
            self._note(nested.source, Kind.BROKEN, "never reached; left out, with everything below it")

    def _condition(self, rule: Rule, *, tells: bool) -> Condition:
        match: dict[str, Any] = {}
        never = self._put_texts(rule, match, tells=tells)
        never = self._put_named(rule, match, tells=tells) or never
        if rule.min_count > 0:
            put(match, ("count",), [{"numeric": [">=", rule.min_count]}])
            self._note_count(rule)
        if not tells and rule.receiver:
            self._note(
                rule.source, Kind.BROKEN, f"the receiver {rule.receiver!r} of a drop rule is never told"
            )
        return Condition(match or None, never=never)

    def _put_texts(self, rule: Rule, match: dict[str, Any], *, tells: bool) -> bool:
        never = False
        for key, written in rule.texts.items():
            field = Field(lines=key == "message")
            never = self._put(written, _PLACES[key], field, match, tells=tells) or never
            if key in {"component", "host"}:
                self._note(
                    written,
                    Kind.DIFFERS,
                    "events of events.k8s.io/v1 have no source, which was empty there; here it is filled "
                    "from "
                    "reportingComponent and reportingInstance, so they may match",
                )
        return never

    def _put_named(self, rule: Rule, match: dict[str, Any], *, tells: bool) -> bool:
        never = False
        for key, by_name in rule.named.items():
            for name, written in by_name.items():
                if not self._uses_lookup:
                    self._note(
                        written, Kind.BROKEN, "with omitLookup there are none, so the rule never matched"
                    )
                    never = True
                    continue
                self._enriched[key][name] = None
                place = ("involvedObject", key, name)
                field = Field(lines=key == "annotations", by_name=True)
                never = self._put(written, place, field, match, tells=tells) or never
        return never

    def _put(
        self, written: Marked, place: tuple[str, ...], field: Field, match: dict[str, Any], *, tells: bool
    ) -> bool:
        """Add the condition; gives whether nothing can meet it."""
        expression = written.text()
        # An empty expression of a label is found in every value.
        matched = (
            matched_values(expression, field, tells=tells) if expression else Matched(({"exists": True},))
        )
        if matched.broken:
            effect = "so the item tells nobody" if tells else "so nothing was dropped"
            self._note(written, Kind.BROKEN, f"{matched.broken}, {effect}; left out")
        for note in matched.notes:
            self._note(written, Kind.DIFFERS, note)
        if not matched.broken and not matched.always and not matched.values and not matched.notes:
            self._note(written, Kind.BROKEN, f"{expression!r} can match no value; left out")
        if matched.values:
            put(match, place, list(matched.values))
        return not matched.always and not matched.values

    def _note_count(self, rule: Rule) -> None:
        written = rule.source.field("minCount")
        self._note(
            written,
            Kind.DIFFERS,
            "the exporter saw an event only when it was new, so higher counts hardly ever came; here "
            "every count is "
            "seen. Events of events.k8s.io/v1 had the count 0 there, and have series.count or 1 here",
        )

    def _tell_enrichment(self, place: str) -> None:
        labels, annotations = self._enriched["labels"], self._enriched["annotations"]
        if labels or annotations:
            flags = "--enrich" + (f" --enrich-annotations {','.join(annotations)}" if annotations else "")
            keys = ", ".join([*labels, *annotations])
            text = f"rules ask for {keys} of the involved object: run the exporter with {flags}"
            self._findings.add(place, "labels and annotations", Kind.TO_DO, text)

    def _note(self, source: Marked, kind: Kind, text: str) -> None:
        self._findings.add(source.place, source.path, kind, text)


def _origin(rule: Rule) -> Origin:
    return Origin(rule.source.place, rule.source.path)
