"""Programs that are not on this machine."""

from __future__ import annotations

import stat
from pathlib import Path


def fake_program(path: Path, script: str) -> Path:
    """A shell script that can be called at this path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
