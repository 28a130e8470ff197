"""The command: `python -m exporter run | check | version`.

What it needs takes a good part of a second to load. PID 1 of a container is deaf to SIGTERM without a
handler, and kubelet would wait for the whole grace period: so there is one before anything is loaded.
"""

from __future__ import annotations

import os
import signal
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        # At once and in order: nothing has been read, and no Lease is held.
        signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))
    from exporter.command import main

    raise SystemExit(main(sys.argv[1:]))
