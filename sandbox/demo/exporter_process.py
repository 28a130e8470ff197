"""The exporter as a process of its own, started as its image starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 30.0
"""What Kubernetes leaves a Pod after SIGTERM."""


HEARTBEAT = 5
"""Seconds. The default is a minute, which is longer than the demo ships."""


class ExporterError(Exception):
    """The exporter did not do what it is there for. The message ends with its last log lines."""


class ExporterProcess:
    """`python -m exporter run` with its log in a file. A context manager that ends it."""

    def __init__(
        self,
        *,
        cluster: str,
        sink: str,
        target: str,
        kubeconfig: Path,
        lease_namespace: str,
        environ: Mapping[str, str],
        log: Path,
        flags: Sequence[str] = (),
    ) -> None:
        """
        Args:
            cluster: name that it reports.
            sink: kinesis or eventbridge.
            target: name of the stream or the bus.
            kubeconfig: of the API server.
            lease_namespace: where the Lease lies.
            environ: how to reach AWS.
            log: file for its log.
            flags: more of its settings.
        """
        target_flag = "--stream" if sink == "kinesis" else "--event-bus"
        self._command = [sys.executable, "-m", "exporter", "run", "--cluster", cluster, "--sink", sink]
        self._command += [target_flag, target, "--kubeconfig", str(kubeconfig), "--list-page-size", "20"]
        self._command += ["--lease-namespace", lease_namespace, "--heartbeat-interval", str(HEARTBEAT)]
        self._command += flags
        self._environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its log goes on where that of an earlier start ended."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends the exporter properly
            )

    def check_alive(self) -> None:
        """Raises ExporterError if it has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise ExporterError(f"the exporter ended with {self._process.returncode}: {self._last_lines()}")

    def kill(self) -> None:
        """End it as a node that dies would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> dict[str, int]:
        """End it as Kubernetes does, and give the account of its last log line.

        Raises:
            ExporterError: it did not drain within the grace period, or ended with another code than 0.
        """
        if self._process is None:
            return {}
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise ExporterError(f"the exporter did not end within {GRACE_SECONDS:.0f} s") from None
        if code != 0:
            raise ExporterError(f"the exporter ended with {code}: {self._last_lines()}")
        fields = json.loads(self._log.read_text().splitlines()[-1])
        return {name: value for name, value in fields.items() if isinstance(value, int)}

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-5:])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
