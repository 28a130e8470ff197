"""What comes by a pipe."""

from __future__ import annotations

import sys
from typing import BinaryIO

from kube_events.errors import CommandError

NAME = "standard input"

MARK = "-"
"""In place of a file."""


def standard_input() -> BinaryIO:
    """Raises CommandError where it is closed, as for some jobs of a scheduler."""
    if sys.stdin is None:
        raise CommandError([f"{NAME}: it is closed"])
    return sys.stdin.buffer
