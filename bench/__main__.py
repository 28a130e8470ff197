"""`python -m bench [imports|throughput]`: measure, and print ratios that hold on a busy machine."""

from __future__ import annotations

import argparse
import sys

from bench import imports, throughput
from scripts.packaging.errors import PackagingError

MEASUREMENTS = {"imports": imports.run, "throughput": throughput.run}


def main() -> int:
    """Exit code 0, or 1 when something cannot be measured. What is over its bound is printed, not failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks; see bench/README.md.")
    parser.add_argument("only", nargs="?", choices=MEASUREMENTS, help="default: all")
    parser.add_argument("--rounds", type=int, default=9, help="that count; default: 9")
    options = parser.parse_args()
    try:
        for name in [options.only] if options.only else MEASUREMENTS:
            MEASUREMENTS[name](options.rounds)
            print()
    except (PackagingError, imports.ImportFailedError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
