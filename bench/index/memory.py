"""`python -m bench.index.memory FILE`: one invocation with the batch in FILE; prints MiB before and at most.

A process of its own, because a peak cannot be taken back.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.index.contenders import Context
from sandbox.opensearch import ServerError
from scripts.packaging.sources import ROOT

_CLEAR_PEAK = "5"
"""proc(5), clear_refs: VmHWM becomes what is resident now."""


class Memory(NamedTuple):
    """Resident memory of the process, in MiB."""

    before: float
    """With everything imported and the batch's JSON decoded: what Lambda hands over."""
    peak: float
    """The most while the handler ran."""


def measured(batch: Path, environment: Mapping[str, str]) -> Memory:
    """Run it in a process with these variables. Raises ServerError if it failed."""
    command = [sys.executable, "-m", "bench.index.memory", str(batch)]
    ended = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise ServerError(f"the process that measures memory ended with {ended.returncode}:\n{ended.stderr}")
    return Memory(*json.loads(ended.stdout))


def _main(batch: Path) -> None:
    lambda_handler = importlib.import_module("lambdas.index_events.handler").lambda_handler
    payload = json.loads(batch.read_bytes())
    gc.collect()
    Path("/proc/self/clear_refs").write_text(_CLEAR_PEAK)
    before = _resident("VmRSS")
    with contextlib.redirect_stdout(io.StringIO()):
        answer = lambda_handler(payload, Context())
    if answer["batchItemFailures"]:
        sys.exit("records were not written")
    print(json.dumps([before, _resident("VmHWM")]))


def _resident(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
