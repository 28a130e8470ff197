"""Nothing is left of a node whose starter is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.opensearch.guard import Guard

ROOT = Path(__file__).parents[3]

STARTER = """
import os, signal, sys
from pathlib import Path
from sandbox.opensearch.guard import Guard
guard = Guard.over(Path(sys.argv[1]))
for word in sys.argv[2:]:
    guard.forget() if word == "none" else guard.watch(int(word))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def node() -> subprocess.Popen[bytes]:
    """A process that would run for ever."""
    return subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])


def killed_starter(*arguments: str) -> None:
    """Run a starter that is killed; return when its guard, which shares its output, has ended, too."""
    said = subprocess.run(
        [sys.executable, "-c", STARTER, *arguments], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert (said.returncode, said.stderr) == (-9, b"")


def test_a_node_whose_starter_is_killed_ends_and_its_directory_goes(
    node: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    (tmp_path / "node").mkdir()
    killed_starter(str(tmp_path / "node"), "none", str(node.pid))
    assert node.wait(60) != 0
    assert not (tmp_path / "node").exists()


def test_a_process_that_has_taken_the_number_of_an_ended_node_is_spared(
    node: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    # GIVEN a starter that is killed in an outage, between the end of one node and the start of the next
    (tmp_path / "node").mkdir()
    killed_starter(str(tmp_path / "node"), str(node.pid), "none")
    # THEN
    assert node.poll() is None
    assert not (tmp_path / "node").exists()
    node.kill()
    node.wait()


def test_a_guard_that_is_dismissed_touches_nothing(node: subprocess.Popen[bytes], tmp_path: Path) -> None:
    guard = Guard.over(tmp_path)
    guard.watch(node.pid)
    guard.dismiss()
    assert node.poll() is None
    assert tmp_path.exists()
    node.kill()
    node.wait()
