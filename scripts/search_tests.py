"""`make test-search`: the tests marked `search`, once for each flavour of the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sandbox.opensearch.flavour import FLAVOURS, Flavour, flavour_of

ROOT = Path(__file__).parents[1]

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_CLOSING_LINE = re.compile(r"^=* ?((?:\d+ \w+(?:, )?)+ in \d.*?) ?=*$")


class Run(NamedTuple):
    """How the tests ended on one server."""

    name: str
    passed: bool
    closing: str
    """How many passed, failed and were skipped, in pytest's words."""


def main(arguments: Sequence[str]) -> int:
    """Run them flavour after flavour, each with its output; then one summary. 1 if any of them failed."""
    try:
        flavours = servers(os.environ)
    except ValueError as error:
        print(f"test-search: {error}", file=sys.stderr)
        return 2
    runs = [_run(flavour, arguments) for flavour in flavours]
    print("\n• summary", flush=True)
    for run in runs:
        print(f"{'passed' if run.passed else 'FAILED'}  {run.name}: {run.closing}", flush=True)
    if None not in flavours and not os.environ.get("OPENSEARCH_ISM_ZIP"):
        print("ISM was NOT tested on a real server: see OPENSEARCH_ISM_ZIP in CONTRIBUTING.md", flush=True)
    return 0 if all(run.passed for run in runs) else 1


def servers(environ: Mapping[str, str]) -> Sequence[Flavour | None]:
    """The flavour asked for, else the server at OPENSEARCH_URL (which is None), else all flavours.

    Raises:
        ValueError: a flavour is asked for that there is not.
    """
    if flavour := flavour_of(environ):
        return [flavour]
    return [None] if environ.get("OPENSEARCH_URL") else FLAVOURS


def closing_line(lines: Iterable[str]) -> str:
    """What pytest says last: how many passed, failed and were skipped."""
    found = [closing[1] for line in lines if (closing := _CLOSING_LINE.match(_COLOUR.sub("", line.strip())))]
    return found[-1] if found else "it ended without a result"


def _run(flavour: Flavour | None, arguments: Sequence[str]) -> Run:
    name = str(flavour) if flavour else "the server at OPENSEARCH_URL"
    print(f"\n• {name}", flush=True)
    colour = f"--color={'yes' if sys.stdout.isatty() else 'no'}"
    said = []
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-m", "search", colour, *arguments],
        cwd=ROOT,
        env={**os.environ, **(flavour.environment() if flavour else {}), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as tests:
        assert tests.stdout is not None  # noqa: S101 - by construction
        for line in tests.stdout:
            print(line, end="", flush=True)
            said.append(line)
    return Run(name, tests.returncode == 0, closing_line(said))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
