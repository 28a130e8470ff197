"""A zip whose bytes depend on nothing but names and contents."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date that a zip can hold."""
_MODE = 0o100644 << 16
"""A regular file that everybody can read: Lambda runs as a user of its own. Libraries need no x bit."""
_UNIX = 3


def write_zip(files: Mapping[str, Path], to: Path) -> None:
    """Write `files` (name → file) to `to` in one step: a reader sees the old zip or the whole new one."""
    to.parent.mkdir(parents=True, exist_ok=True)
    handle, half_done = tempfile.mkstemp(prefix=f".{to.name}.", dir=to.parent)
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
            for name in sorted(files):
                archive.writestr(_entry(name), files[name].read_bytes(), compresslevel=9)
        Path(half_done).chmod(0o644)
        Path(half_done).replace(to)
    except BaseException:
        Path(half_done).unlink(missing_ok=True)
        raise


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    return entry
