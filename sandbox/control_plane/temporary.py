"""A control plane that lives as long as its starter, even if that is killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.control_plane.binary import Binary
from sandbox.control_plane.components import ALL_PARTS, Options, Part
from sandbox.control_plane.plane import ControlPlane

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def temporary_control_plane(
    binary: Binary, *, parts: Sequence[Part] = ALL_PARTS, options: Options | None = None
) -> Iterator[ControlPlane]:
    """A running one in a folder of its own, which is gone at the end.

    Raises:
        ComponentFailed: a part ended or did not get ready.
    """
    folder = Path(tempfile.mkdtemp(prefix="kube-events-cluster-"))
    # The parts have sessions of their own, so nobody else would end them if we were killed. The end of the
    # guard's standard input says that we are gone, or done.
    guard = subprocess.Popen(
        [sys.executable, "-m", "sandbox.control_plane", "guard", "--folder", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        plane = ControlPlane.at(folder, binary, parts=parts, options=options)
        try:
            plane.up()
            yield plane
        finally:
            plane.down()
    finally:
        guard.communicate()
