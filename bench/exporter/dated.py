"""The predecessor's figures, for where it is not there to be measured: kubernetes-event-exporter 907ce91.

Measured on 2026-11-21 with other stand-ins of the same make, on a two-core machine that others used too, with
its Kinesis receiver, tuned as in peer.py. Medians.
"""

from __future__ import annotations

NAME = "kubernetes-event-exporter"

MEASURED = "2026-11-21"

FIGURES: dict[str, str] = {
    "burst-5k": "20,000 at once: 2,250/s, 0.31 CPU s per 1,000, 251 MiB, p99 8.5 s",
    "burst-5k-15ms": "20,000 at once: 57/s, 260 MiB, p99 347 s (a call per event, one at a time)",
    "burst-50k": "2,060/s, 516 MiB, p99 23 s",
    "burst-50k-15ms": "57/s",
    "steady": "62/s, its backlog grows, p99 37 s",
    "start-50k": "sends them all again at each start, 579 MiB",
    "kill": "5,000 at once: 0 lost and 1,197 duplicated; with maxEventAgeSeconds 5, its default, 3,770 lost",
    "outage-30s": "94 lost where connections are refused, 5 lost where it is told 503",
    "throttled": "24/s, 0 lost",
    "repeats": "3,000 repeats: 0 delivered",
}
"""By case."""

NEAR_PER_SECOND = 2_250
FAR_PER_SECOND = 57
"""Delivered at 0 and at 15 ms, in bursts."""
