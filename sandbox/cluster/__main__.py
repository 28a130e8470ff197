"""Replay a recording by hand: `python -m sandbox.cluster --kubeconfig FILE`, then run the exporter."""

from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.cluster.recording import HANDMADE, MAIN, PODS
from sandbox.cluster.server import ReplayServer


def main() -> int:
    """Serve until Ctrl-C."""
    options = _options()
    recordings = options.recording or [MAIN, HANDMADE]
    pods = tuple(options.pods or ([] if options.recording else [PODS]))
    for path in (*recordings, *pods):
        if not path.is_file():
            print(f"{path} is no file")
            return 2
    with ReplayServer(
        *recordings, pods=pods, port=options.port, rate=options.rate, hold_at=options.hold_at
    ) as server:
        print(f"{server.url} replays {len(server.recording)} lines of events", flush=True)
        if options.kubeconfig:
            print(f"KUBECONFIG={server.kubeconfig(options.kubeconfig)}", flush=True)
        try:
            while not server.wait_until_finished(timeout=1.0):
                pass
            print("every line has been served; Ctrl-C ends", flush=True)
            while not server.wait_until(len(server.recording) + 1, timeout=3600.0):
                pass
        except KeyboardInterrupt:
            return 0
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.cluster", description=__doc__)
    parser.add_argument(
        "--recording", type=Path, action="append", help="file of watch lines of events; may be repeated"
    )
    parser.add_argument(
        "--pods", type=Path, action="append", help="the same of Pods (default: none beside --recording)"
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--rate", type=float, help="lines per second (default: as fast as they are read)")
    parser.add_argument("--hold-at", type=int, help="position at which the replay stands still")
    parser.add_argument("--kubeconfig", type=Path, help="write a kubeconfig to this file")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
