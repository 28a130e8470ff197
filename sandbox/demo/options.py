"""What a run is asked to do."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from sandbox.cluster import HANDMADE, MAIN, PODS

Transport = Literal["kinesis", "eventbridge"]

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules" / "demo.yaml"


class Options(NamedTuple):
    """One run."""

    transport: Transport = "kinesis"
    keep: bool = False
    """Leave everything running until Ctrl-C."""
    kubeconfig: Path | None = None
    """Of a real cluster; None replays the recording."""
    recordings: tuple[Path, ...] = (MAIN, HANDMADE)
    pods: tuple[Path, ...] = (PODS,)
    """Recordings of Pods."""
    seconds: float = 60.0
    """For how long a real cluster is watched. A recording says itself when it is over."""
    rules: Path = RULES
