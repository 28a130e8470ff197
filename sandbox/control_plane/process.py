"""One process of a control plane, known to whoever comes later by a file with its id."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from sandbox.control_plane.errors import ComponentFailed

POLL_SECONDS = 0.05


class Process:
    """A part that may run: started by us, or by somebody before us in the same folder."""

    def __init__(self, name: str, folder: Path) -> None:
        """
        Args:
            name: what it is called by.
            folder: of the control plane. It is part of the command line, so an id that now belongs to
                another process is told apart.
        """
        self._name = name
        self._folder = folder
        self._id_file = folder / "run" / f"{name}.pid"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its id while it runs."""
        if self._child:
            if self._child.poll() is None:
                return self._child.pid
            self._child = None
        try:
            pid = int(self._id_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def start(self, program: Path, arguments: Sequence[str]) -> None:
        """Start it if it does not run. Its log goes on where an earlier one ended."""
        if self.pid is not None:
            return
        for folder in ("run", "log"):
            (self._folder / folder).mkdir(exist_ok=True)
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [self._name, *arguments],
                executable=program,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; it outlives `make cluster`
            )
        self._id_file.write_text(str(self._child.pid))
        # For a moment a new process has no command line yet, and nobody else could tell that it is ours.
        while self._child.poll() is None and not self._is_ours(self._child.pid):
            time.sleep(0.001)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if pid := self.pid:
            os.kill(pid, number)

    def stop(self, patience: float) -> None:
        """End it: asked first, killed after so many seconds."""
        self.send(signal.SIGTERM)
        if not self.wait_until_ended(patience):
            self.send(signal.SIGKILL)
            self.wait_until_ended(10)
        self._id_file.unlink(missing_ok=True)

    def stop_by(self, number: signal.Signals, patience: float) -> None:
        """Send this signal and wait for the end.

        Raises:
            ComponentFailed: it does not end within so many seconds.
        """
        self.send(number)
        if not self.wait_until_ended(patience):
            raise ComponentFailed(f"{self._name} does not end within {patience:.0f} s of {number.name}")

    def wait_until_ended(self, patience: float) -> bool:
        """Whether it has ended within so many seconds."""
        deadline = time.monotonic() + patience
        while self.pid is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        if self._child:
            self._child.wait()
            self._child = None
        return True

    def last_words(self) -> str:
        """The end of its log, in one line."""
        try:
            lines = self._log.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        return " ".join(" ".join(lines[-2:]).split())[-600:] or "it said nothing"

    @property
    def _log(self) -> Path:
        return self._folder / "log" / f"{self._name}.log"

    def _is_ours(self, pid: int) -> bool:
        try:
            # Empty for a process that has ended and was not waited for yet.
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return command[0] == self._name.encode() and any(
            os.fsencode(self._folder) in each for each in command
        )
