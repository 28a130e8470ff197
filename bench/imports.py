"""Import time of each handler beside `import boto3`, each in its own process under the Lambda runtime."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from bench.functions_home import ConfigurationServer, FunctionHome
from bench.measuring import Timings, interleaved
from sandbox.lambda_service.runtime_environment import runtime_python
from scripts.package_lambdas import build

ALLOWED_SHARE = 0.5
"""Of `import boto3`: what everything that is not boto3 and its clients may add to a cold start."""

_TIMED = """
import time
start = time.process_time()
{statements}
print(time.process_time() - start)
"""
_CLIENTS = """
import json
from botocore.client import ClientCreator
made, create = [], ClientCreator.create_client
def noting(self, service_name, *arguments, **named):
    made.append(service_name)
    return create(self, service_name, *arguments, **named)
ClientCreator.create_client = noting
import {module}
print(json.dumps(made))
"""


class ImportFailedError(Exception):
    """A handler cannot be imported; says why."""


def run(rounds: int) -> None:
    """Build the sandbox's zips, measure, print."""
    python = runtime_python()
    zips = build("sandbox")
    server = ConfigurationServer()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            elsewhere = Path(folder, "elsewhere")
            elsewhere.mkdir()
            print(f"processor time of imports, medians of {rounds} interleaved rounds (least to most)")
            for name, path in zips.items():
                home = FunctionHome(name, path, Path(folder), server)
                found, clients = measure(home, elsewhere, python, rounds)
                print("\n".join(["", name, *report(found, clients)]))
    finally:
        server.close()


def measure(
    home: FunctionHome, elsewhere: Path, python: Path, rounds: int
) -> tuple[dict[str, Timings], list[str]]:
    """What the cases took, and the clients that the handler makes.

    boto3 is imported `elsewhere`, from the runtime alone: where a zip brings a library that boto3 then uses
    instead of the runtime's, that is our own doing.

    Raises:
        ImportFailedError: a case ended with an error.
    """
    clients: list[str] = json.loads(
        _output(python, home, home.task_root, _CLIENTS.format(module=home.module))
    )
    with_clients = "\n".join(["import boto3", *(f"boto3.client({client!r})" for client in clients)])
    sources = {
        "import boto3": ("import boto3", elsewhere),
        "boto3 and its clients": (with_clients, elsewhere),
        "the handler, with those": (f"import {home.module}", home.task_root),
    }
    cases = {
        case: partial(_seconds, python, home, folder, _TIMED.format(statements=statements))
        for case, (statements, folder) in sources.items()
    }
    return interleaved(cases, rounds), clients


def report(found: dict[str, Timings], clients: list[str]) -> list[str]:
    """The lines of one function."""
    share = own_share(found)
    verdict = "within" if share <= ALLOWED_SHARE else "OVER"
    lines = [f"  {case:26} {_milliseconds(timings)}" for case, timings in found.items()]
    return [
        *lines,
        f"  {'its clients':26}    {', '.join(clients) or 'none'}",
        f"  {'own share of import boto3':26} {share:5.2f}    {verdict} {ALLOWED_SHARE}",
    ]


def own_share(found: dict[str, Timings]) -> float:
    """(handler − boto3 and its clients) / import boto3: of each round, then the median of those."""
    rounds = zip(*(timings.rounds for timings in found.values()), strict=True)
    shares: list[float] = [(handler - clients) / boto3 for boto3, clients, handler in rounds]
    return statistics.median(shares)


def _milliseconds(timings: Timings) -> str:
    return f"{timings.median * 1e3:5.0f} ms ({timings.least * 1e3:.0f} to {timings.most * 1e3:.0f})"


def _seconds(python: Path, home: FunctionHome, folder: Path, source: str) -> float:
    return float(_output(python, home, folder, source))


def _output(python: Path, home: FunctionHome, folder: Path, source: str) -> str:
    done = subprocess.run(
        [python, "-c", source], cwd=folder, env=home.variables, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise ImportFailedError(f"{home.module} cannot be imported: {reason}")
    return done.stdout
