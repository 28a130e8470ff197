"""What travels: one observation, encoded."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One observation on its way to the stream."""

    identity: str
    """The observation's id: what a log says of a record that is refused."""
    partition_key: str
    data: bytes
