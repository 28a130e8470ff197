"""`python -m bench exporter`: run the cases, print the table, and say what is met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bench.exporter.cases import CASES, Case
from bench.exporter.peer import peer
from bench.exporter.table import HEAD, bounds, dated_row, row
from bench.exporter.trial import Result

ROUNDS = 3
"""Of the cases whose figures are compared; the others run once."""


def run(names: Sequence[str], *, rounds: int = ROUNDS, peer_binary: str = "") -> bool:
    """Measure and print; whether all bounds were met.

    Args:
        names: of the cases; none means all that run without being asked for.
        rounds: of the cases whose figures are compared.
        peer_binary: path of a kubernetes-event-exporter, which is then measured as well.
    """
    results: dict[tuple[str, str], list[Result]] = {}
    print(
        f"exporters, measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; medians of {rounds} rounds in bursts\n"
    )
    print(HEAD)
    for case in _chosen(names):
        print(f"\n{case.about} ({case.name})", flush=True)
        contenders = [*case.contenders, *([peer(peer_binary)] if peer_binary and case.peer else [])]
        for _ in range(rounds if case.rounds else 1):
            # Interleaved, so that a slow minute slows all of them.
            for contender in contenders:
                results.setdefault((case.name, contender.name), []).append(case.run(contender))
        for contender in contenders:
            print(row(contender.name, results[case.name, contender.name]), flush=True)
        if not peer_binary and (line := dated_row(case)):
            print(line)
    found = list(bounds(results))
    print("\nwhat it has to be")
    for bound in found:
        print(bound.line())
    return all(bound.met for bound in found)


def _chosen(names: Sequence[str]) -> list[Case]:
    return [case for case in CASES if (case.name in names if names else case.default)]
