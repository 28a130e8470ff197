"""The benchmark of filter_events measures what it says: a hundred rules, and two ways to the same groups."""

from __future__ import annotations

from bench.filter.events import BATCH, NOW, payload
from bench.filter.rules import DROP, INHIBIT, NAMESPACES, ROUTES, SEVERITY, LinearScan, hundred_rules
from eventcore.rules import Ruleset
from lambdas.common.records import decode_records
from lambdas.filter_events.assignment import assign


def test_there_are_a_hundred_rules() -> None:
    assert [len(rules) for rules in (DROP, SEVERITY, ROUTES, INHIBIT)] == [10, 30, 50, 10]


def test_a_batch_is_of_fifty_namespaces_and_many_reasons_and_most_of_it_is_told() -> None:
    batch = decode_records(payload())
    assert len(batch.events) == BATCH
    found = {each.event.involved_object.namespace for each in batch.events} - {""}
    assert found == set(NAMESPACES)
    assert len({each.event.reason for each in batch.events}) > 25
    assert len(assign(batch.events, Ruleset(hundred_rules()), now=NOW).grouped) > BATCH / 2


def test_a_linear_scan_comes_to_the_same() -> None:
    compiled = hundred_rules()
    rules, linear = Ruleset(compiled), LinearScan(compiled)
    for received in decode_records(payload()).events:
        event = rules.classify(received.event)
        assert linear.classify(received.event) == event
        if event is not None:
            assert linear.routes(event) == rules.routes(event)
            assert linear.sources(event) == rules.sources(event)
            assert linear.inhibitors(event) == rules.inhibitors(event)
