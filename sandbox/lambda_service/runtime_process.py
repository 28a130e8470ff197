"""The process of one execution environment: awslambdaric with the unpacked zip as its working directory."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path


class RuntimeProcess:
    """Started at once, watched until its end, killed with everything that it started."""

    def __init__(
        self,
        python: Path,
        handler: str,
        *,
        task_root: Path,
        variables: Mapping[str, str],
        on_line: Callable[[str], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """
        Args:
            python: interpreter of the runtime environment.
            handler: as the function's configuration names it.
            task_root: the unpacked zip.
            variables: the whole environment of the process.
            on_line: gets each line of its output.
            on_exit: gets the exit code, after the last line. Negative codes are signals.
        """
        self._on_line = on_line
        self._on_exit = on_exit
        self._process = subprocess.Popen(
            [python, "-m", "awslambdaric", handler],
            cwd=task_root,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # what it starts can be ended with it, and Ctrl-C does not reach it
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._reader.start()
        self._watcher.start()

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it and what it started, and wait for that."""
        if self._watcher.is_alive():
            self._kill_group()
        self._watcher.join()

    def _watch(self) -> None:
        code = self._process.wait()
        self._kill_group()  # what it left running would hold the output open
        self._reader.join()
        self._on_exit(code)

    def _read(self) -> None:
        output = self._process.stdout
        if output is not None:
            with output:
                for line in output:
                    self._on_line(line.rstrip("\n"))

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # nothing of it is left
            os.killpg(self._process.pid, signal.SIGKILL)
