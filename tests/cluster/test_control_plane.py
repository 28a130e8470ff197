"""The control plane itself: nothing of it outlives whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.control_plane.binary import build, cache_folder

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[2]

STARTER = """
import time
from sandbox.control_plane.binary import build, cache_folder
from sandbox.control_plane.temporary import temporary_control_plane

with temporary_control_plane(build(cache_folder(), print), parts=("etcd",)) as plane:
    print(plane.layout.folder, plane.running()["etcd"], flush=True)
    time.sleep(600)
"""


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_starter_that_is_killed_leaves_no_process_and_no_file() -> None:
    # GIVEN a process with a control plane of its own, of which etcd is enough here
    build(cache_folder(), print)
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout
        folder, pid = starter.stdout.readline().split()
        assert _is_there(int(pid))
        # WHEN
        starter.kill()
    # THEN
    deadline = time.monotonic() + 30
    while _is_there(int(pid)) or Path(folder).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
