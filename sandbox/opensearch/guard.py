"""Ends a node whose starter is gone; runs as a process of its own, with the node's directory.

The node has a session of its own, so nobody else would: a starter that is killed cannot clean up.
Standard input is a pipe from the starter: the id of the node's process, one line each time it changes.
Its end without a word means that the starter is gone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

SECONDS_TO_END = 20.0

NOBODY = "none"
DONE = "done"


class Guard:
    """The guard of one directory and the process that uses it, for as long as the starter lives."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    def over(cls, directory: Path) -> Self:
        """Begin to guard."""
        command = [sys.executable, "-I", __file__, str(directory)]
        return cls(subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, text=True))

    def watch(self, pid: int) -> None:
        """There is a process now."""
        self._say(str(pid))

    def forget(self) -> None:
        """The process has ended; its id may be somebody else's by and by."""
        self._say(NOBODY)

    def dismiss(self) -> None:
        """The starter has cleaned up by itself."""
        self._process.communicate(f"{DONE}\n")

    def _say(self, word: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - by construction
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()


def main(directory: Path) -> None:
    """Wait for the starter's last word. Without one it is gone: end the process, remove the directory."""
    pid: int | None = None
    for line in sys.stdin:
        word = line.strip()
        if word == DONE:
            return
        pid = None if word == NOBODY else int(word)
    if pid is not None:
        _end(pid)
    shutil.rmtree(directory, ignore_errors=True)


def _end(pid: int) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + SECONDS_TO_END
        _send(pid, sign)
        while _send(pid, 0) and time.monotonic() < deadline:
            time.sleep(0.2)


def _send(pid: int, sign: int) -> bool:
    """Whether the process was there to be sent it; 0 only asks."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
