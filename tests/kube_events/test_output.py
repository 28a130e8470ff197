"""What the command prints gets out, or the command says why not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", ["--help", "search --help", "replay --help", "backfill --help"])
def test_help_is_shown_where_there_is_ascii_only(command: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "kube_events", *command.split()],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert finished.stdout.startswith(b"usage: kube-events")
    assert finished.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "kube_events", "version"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (finished.returncode, finished.stderr) == (1, b"standard output: No space left on device\n")


def test_nobody_who_reads_on_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    finished = subprocess.run(
        [sys.executable, "-m", "kube_events", "version"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (finished.returncode, finished.stderr) == (0, b"")
