"""Ends a node whose starter is gone; runs as a process of its own, with the node's id and directory.

The node has a session of its own, so nobody else would: a starter that is killed cannot clean up.
Standard input is a pipe from the starter. Its end without a word means that the starter is gone.
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


class Guard:
    """The guard of one process and its directory, for as long as the starter lives."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def over(cls, pid: int, directory: Path) -> Self:
        """Begin to guard."""
        command = [sys.executable, "-I", __file__, str(pid), str(directory)]
        return cls(subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True))

    def dismiss(self) -> None:
        """The starter has ended the process by itself."""
        self._process.communicate(b"done")


def main(pid: int, directory: Path) -> None:
    """Wait for the starter's word or its end; in the latter case end the process and remove the directory."""
    if sys.stdin.buffer.read():
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + SECONDS_TO_END
        _send(pid, sign)
        while _send(pid, 0) and time.monotonic() < deadline:
            time.sleep(0.2)
    shutil.rmtree(directory, ignore_errors=True)


def _send(pid: int, sign: int) -> bool:
    """Whether the process was there to be sent it; 0 only asks."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
