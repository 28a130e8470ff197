"""That malloc's arenas are held down: counted by glibc itself, in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.memory import ARENAS

_COUNT = """
import ctypes, sys, threading
from exporter.memory import share_an_arena
assert share_an_arena()
together = threading.Barrier(9)
def work():
    kept = bytearray(100_000)
    together.wait()
for _ in range(8):
    threading.Thread(target=work).start()
together.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_all_threads_share_an_arena(tmp_path: Path) -> None:
    info = tmp_path / "malloc.xml"
    subprocess.run([sys.executable, "-c", _COUNT, str(info)], check=True, cwd=Path(__file__).parents[2])
    assert 1 <= info.read_text().count("<heap nr=") <= ARENAS
