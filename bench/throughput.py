"""What one event costs in the core, as a multiple of decoding its JSON."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from bench.measuring import Timings, interleaved
from eventcore.event import Event
from eventcore.grouping.arrival import Arrival
from eventcore.grouping.group import Group
from eventcore.grouping.key import GroupRef, group_of
from eventcore.grouping.merge import merge
from eventcore.identity import observation_id, partition_key
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.normalise import normalise
from eventcore.rules import MatchedRoute, Ruleset, decode_compiled
from eventcore.wire import decode, encode
from scripts.packaging.sources import ROOT

_decode_typed = msgspec.json.Decoder(KubernetesEvent).decode

_RECEIVED_AT = datetime(2026, 11, 21, tzinfo=UTC)


def run(rounds: int) -> None:
    """Measure over the recorded events, print."""
    lines = _recorded()
    raws = [json.loads(line) for line in lines]
    typed = [_decode_typed(line) for line in lines]
    events = [_normalise(raw) for raw in typed]
    encoded = [encode(event) for event in events]
    rules = Ruleset(decode_compiled((ROOT / "rules" / "demo.compiled.json").read_bytes()))
    routed = [(event, route) for event in events for route in rules.routes(event)]
    cases: dict[str, Callable[[], Any]] = {
        "decode the raw JSON": lambda: [msgspec.json.decode(line) for line in lines],
        "decode into types": lambda: [_decode_typed(line) for line in lines],
        "normalise": lambda: [_normalise(raw) for raw in typed],
        "normalise what needs repair": lambda: [_normalise(raw) for raw in raws],
        "identify": lambda: [(observation_id(event), partition_key(event)) for event in events],
        "encode for the wire": lambda: [encode(event) for event in events],
        "decode from the wire": lambda: [decode(data) for data in encoded],
        "classify (rules/demo.yaml)": lambda: [rules.classify(event) for event in events],
        "route (rules/demo.yaml)": lambda: [rules.routes(event) for event in events],
        "merge into groups": lambda: _merged(rules, routed),
    }
    sizes = dict.fromkeys(cases, len(events)) | {"merge into groups": len(routed)}
    found = interleaved({name: partial(_seconds, case) for name, case in cases.items()}, rounds)
    print(f"the core, over {len(events)} recorded events, medians of {rounds} interleaved rounds\n")
    print(f"  {'':28} {'µs each':>8} {'per second':>11} {'× raw JSON':>11}")
    base = _each(found["decode the raw JSON"], len(lines))
    for name, timings in found.items():
        each = _each(timings, sizes[name])
        print(f"  {name:28} {each * 1e6:8.1f} {1 / each:11,.0f} {each / base:11.1f}")


def _merged(rules: Ruleset, routed: Sequence[tuple[Event, MatchedRoute]]) -> list[Group | None]:
    """As filter_events does with a batch of which no group is there yet."""
    arrivals: dict[str, tuple[GroupRef, list[Arrival]]] = {}
    for event, route in routed:
        ref = group_of(route, event)
        arrivals.setdefault(ref.key, (ref, []))[1].append(Arrival(event, rules.ending(event, route)))
    now = _RECEIVED_AT.timestamp()
    return [merge(None, ref, each, [], now=now) for ref, each in arrivals.values()]


def _recorded() -> list[bytes]:
    """The observations of the recorded watch, each as the API server wrote it."""
    with gzip.open(ROOT / "tests" / "recording" / "watch-core.jsonl.gz") as recording:
        entries = [json.loads(line) for line in recording]
    observed = [entry["object"] for entry in entries if entry["type"] in {"ADDED", "MODIFIED"}]
    return [json.dumps(found, separators=(",", ":")).encode() for found in observed]


def _normalise(raw: object) -> Event:
    return normalise(raw, cluster="bench", received_at=_RECEIVED_AT)


def _seconds(case: Callable[[], Any]) -> float:
    start = time.process_time()
    case()
    return time.process_time() - start


def _each(timings: Timings, size: int) -> float:
    return timings.median / size
