"""Who is measured: our exporter in two settings, and the bare loop."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from sandbox.kinesis_endpoint import KinesisEndpointProcess
from sandbox.orders import ROOT

Command = Callable[[str, Path], list[str]]
"""From the URL of the API server, and a folder for files, to what is run."""

REGION = "eu-west-1"

_KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: bench
contexts:
- name: bench
  context: {{cluster: bench, user: bench}}
clusters:
- name: bench
  cluster: {{server: "{url}"}}
users:
- name: bench
  user: {{token: "bench"}}
"""

_TICKS = os.sysconf("SC_CLK_TCK")


class Contender(NamedTuple):
    """Something that ships events."""

    name: str
    command: Command
    knows_endpoints: bool = True
    """Whether its SDK knows AWS_ENDPOINT_URL; else the endpoint is its HTTPS proxy."""


class Running:
    """A contender's process; a context manager that kills it."""

    def __init__(
        self, contender: Contender, url: str, endpoint: KinesisEndpointProcess, folder: Path
    ) -> None:
        """
        Args:
            contender: what runs.
            url: of the API server.
            endpoint: where it sends to.
            folder: for its files and its log.
        """
        self._log = (folder / "log").open("ab")
        self._process = subprocess.Popen(
            contender.command(url, folder),
            cwd=ROOT,
            env={**os.environ, **_environment(contender, endpoint, folder)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.wait()
        self._log.close()

    def cpu_seconds(self) -> float:
        """Of all its threads, in user and kernel mode, since its start."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def peak_mebibytes(self) -> float:
        """The most memory that was resident at once (VmHWM)."""
        line = next(line for line in self._proc("status").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def exporter(name: str, *flags: str) -> Contender:
    """Ours, with these flags beside those that say where things are."""

    def command(url: str, folder: Path) -> list[str]:
        where = ["--kubeconfig", str(write_kubeconfig(url, folder)), "--sink", "kinesis", "--stream", "bench"]
        run = [sys.executable, "-m", "exporter", "run", "--cluster", "bench", "--region", REGION]
        return [*run, *where, *flags]

    return Contender(name, command)


PLAIN = exporter("ours, plain", "--leader-election=false", "--pod-status=false")
"""What the bare loop does as well: events, and nothing else."""

FULL = exporter("ours, as deployed", "--listen=127.0.0.1:0")
"""With election, checkpoint, the status of Pods, heartbeat and metrics."""

FLOOR = Contender("bare loop", lambda url, _folder: [sys.executable, "-m", "bench.exporter.floor", url])


def write_kubeconfig(url: str, folder: Path) -> Path:
    """A kubeconfig for the stand-in."""
    path = folder / "kubeconfig"
    path.write_text(_KUBECONFIG.format(url=url))
    return path


def _environment(contender: Contender, endpoint: KinesisEndpointProcess, folder: Path) -> Mapping[str, str]:
    credentials = {"AWS_ACCESS_KEY_ID": "invented", "AWS_SECRET_ACCESS_KEY": "invented"}
    if contender.knows_endpoints:
        return {**credentials, "AWS_ENDPOINT_URL": endpoint.url}
    bundle = endpoint.impersonate(f"kinesis.{REGION}.amazonaws.com", folder)
    return {**credentials, "HTTPS_PROXY": endpoint.url, "AWS_CA_BUNDLE": str(bundle)}
