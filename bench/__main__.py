"""`python -m bench [imports|throughput|exporter|filter|index]`: measure; ratios hold on a busy machine."""

from __future__ import annotations

import argparse
import sys

from bench import imports, throughput
from bench.exporter import run as exporters
from bench.exporter.cases import CASES
from bench.exporter.trial import TrialError
from bench.filter import run as filters
from bench.index import run as index
from sandbox.opensearch import ServerError
from scripts.packaging.errors import PackagingError

MEASUREMENTS = {"imports": imports.run, "throughput": throughput.run}
ROUNDS = 9


def main() -> int:
    """Exit code 0, or 1 when something cannot be measured. What is over its bound is printed, not failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks; see bench/README.md.")
    parser.add_argument(
        "only",
        nargs="?",
        choices=[*MEASUREMENTS, "exporter", "filter", "index"],
        help="default: all but exporter, filter and index, which have targets of their own",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        help=f"that count; default: {ROUNDS}, exporter {exporters.ROUNDS}, filter {filters.ROUNDS},"
        f" index {index.ROUNDS}",
    )
    parser.add_argument(
        "--case",
        action="append",
        choices=[case.name for case in CASES],
        help="of the exporter, may be repeated; default: all but outage-10m",
    )
    parser.add_argument("--peer", default="", help="path of a kubernetes-event-exporter, to be measured too")
    parser.add_argument(
        "--no-storage", action="store_true", help="of the index: leave out what documents take"
    )
    options = parser.parse_args()
    try:
        if options.only == "exporter":
            exporters.run(
                options.case or (), rounds=options.rounds or exporters.ROUNDS, peer_binary=options.peer
            )
            return 0
        if options.only == "filter":
            filters.run(options.rounds or filters.ROUNDS)
            return 0
        if options.only == "index":
            index.run(rounds=options.rounds or index.ROUNDS, with_storage=not options.no_storage)
            return 0
        for name in [options.only] if options.only else MEASUREMENTS:
            MEASUREMENTS[name](options.rounds or ROUNDS)
            print()
    except (PackagingError, imports.ImportFailedError, ServerError, TrialError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
