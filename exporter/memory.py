"""Memory: the C library keeps what threads have freed, each thread's for itself, unless it is told not to."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""glibc's malloc.h."""

ARENAS = 1
"""Of malloc, for all threads together; glibc makes eight per core. Each keeps room for the largest batch that
went through it: with a full buffer the process is smaller by 8 MiB, and no slower, since under the
interpreter's lock threads hardly ever allocate at the same time (bench/README.md)."""


def share_an_arena() -> bool:
    """Let all threads share one arena; call it before there are threads. Whether this C library can do so:
    others than glibc have no arenas to begin with."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_M_ARENA_MAX, ARENAS))
