"""Where the exporter stands at a moment: what can only be asked of whatever leads now."""

from __future__ import annotations

from msgspec import Struct


class Standing(Struct, frozen=True, kw_only=True):
    """A replica that does not lead holds nothing and owes nothing: it is all zeros."""

    leader: bool = False
    buffer_bytes: int = 0
    """Read and not yet accepted."""
    buffer_capacity_bytes: int = 0
    batches_in_flight: int = 0
    """Taken by a sender and not yet settled as a whole."""
    checkpoint_lag: float = 0.0
    """Seconds since the oldest state that is not with the stream was read, or since events cannot be read; 0
    if there is neither. The largest of all readers."""
