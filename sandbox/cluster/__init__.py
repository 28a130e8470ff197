"""An API server stand-in: replays recorded events and Pods over HTTP, as list pages and watches."""

from sandbox.cluster.recording import HANDMADE, MAIN, PODS, SMALL, Recording, load_recording
from sandbox.cluster.server import ReplayServer

__all__ = ["HANDMADE", "MAIN", "PODS", "SMALL", "Recording", "ReplayServer", "load_recording"]
