"""What travels: one observation, encoded, or a heartbeat."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from exporter.checkpoint.mark import Segment


class Record(Struct, gc=False):
    """One observation on its way to the stream, or a heartbeat."""

    identity: str
    """The observation's id: what a log says of a record that is refused."""
    partition_key: str
    data: bytes
    segment: Segment | None = None
    """What it was read with; None for what was not read, such as a heartbeat."""
    size: int = 0
    """Bytes as the service counts them. The buffer sets it."""
    kind: Literal["event", "heartbeat"] = "event"
    """What the sink calls it, where a sink has names for what it carries."""
