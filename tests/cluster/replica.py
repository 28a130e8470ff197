"""One replica of the exporter: the command as its image runs it, with a name, an endpoint and a log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).resolve().parents[2]

POLL_SECONDS = 0.05

LogLine = dict[str, Any]


class End(NamedTuple):
    """How a replica ended."""

    code: int
    seconds: float
    """From the signal to the end."""


class Replica:
    """A process that can be started, killed and started again. A context manager that ends it."""

    def __init__(self, name: str, *, endpoint: str, folder: Path, settings: dict[str, Any]) -> None:
        """
        Args:
            name: its identity in the Lease.
            endpoint: URL of its stream.
            folder: for its log.
            settings: its flags.
        """
        self.name = name
        self.log = folder / f"{name}.log"
        self._environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "invented",
            "AWS_SECRET_ACCESS_KEY": "invented",
        }
        self.settings = settings | {"identity": name}
        self._process: subprocess.Popen[bytes] | None = None
        self._from = 0

    def start(self, **settings: Any) -> Self:
        """Start it, with these settings instead of its own; its log goes on where an earlier one ended."""
        assert self._process is None
        self._from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "exporter", "run", *flags(self.settings | settings)],
                env=self._environ,
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def check(self, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run its `check`."""
        return subprocess.run(
            [sys.executable, "-m", "exporter", "check", *flags(self.settings | settings)],
            env=self._environ,
            cwd=self.log.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended, by us or by itself."""
        return self._process is not None and self._process.poll() is None

    def peak_kib(self) -> int:
        """The most memory that it has taken since its last start, in KiB; 0 if it does not run."""
        if self._process is None:
            return 0
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(peak[0]) if peak else 0

    def kill(self) -> None:
        """End it as a node that dies would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def terminate(self, patience: float = 60) -> End:
        """End it as Kubernetes does."""
        assert self._process
        process, self._process = self._process, None
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            return End(process.wait(patience), time.monotonic() - began)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def lines(self) -> list[LogLine]:
        """Its log since its last start."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(self._from)
            return [_decoded(line) for line in log]

    def wait_for(self, wanted: Callable[[LogLine], bool], seconds: float) -> LogLine:
        """The first line of its log that is wanted, since its last start.

        Raises:
            AssertionError: there is none in time; carries the end of the log.
        """
        deadline = time.monotonic() + seconds
        while True:
            ended = not self.running
            lines = self.lines()
            if found := next(filter(wanted, lines), None):
                return found
            if ended or time.monotonic() > deadline:
                last = "\n".join(json.dumps(line) for line in lines[-15:])
                state = "has ended" if ended else f"did not say it in {seconds:.0f} s"
                raise AssertionError(f"{self.name} {state}; last:\n{last}")
            time.sleep(POLL_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()


def flags(settings: dict[str, Any]) -> list[str]:
    """`--list-page-size=200`, …; None leaves one out."""
    return [
        f"--{name.replace('_', '-')}={_text(value)}" for name, value in settings.items() if value is not None
    ]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decoded(line: bytes) -> LogLine:
    try:
        decoded: LogLine = json.loads(line)
    except ValueError:
        return {"message": line.decode(errors="replace").rstrip()}
    return decoded
