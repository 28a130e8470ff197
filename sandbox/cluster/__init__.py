"""An API server stand-in: replays a recorded event stream over HTTP, as list pages and watches."""

from sandbox.cluster.recording import HANDMADE, MAIN, SMALL, Recording, load_recording
from sandbox.cluster.server import ReplayServer

__all__ = ["HANDMADE", "MAIN", "SMALL", "Recording", "ReplayServer", "load_recording"]
