"""What a source of events hands over, and how far that takes us through it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Mark(NamedTuple):
    """How far a source has been read in one place of it: the next run goes on behind it."""

    place: str
    """A shard, or the objects of an archive."""
    at: str


class Found(NamedTuple):
    """A record that a source holds."""

    mark: Mark
    id: str
    """Unique in the source: shard and sequence number, or object and line."""
    source: str
    """ARN of the stream, or URL of the object."""
    arrived: datetime
    """When the source took it."""
    data: bytes


class Unreadable(NamedTuple):
    """Something in a source that cannot be opened, such as an object that is cut off."""

    mark: Mark
    what: str
    reason: str


class Warned(NamedTuple):
    """Something that whoever runs the command should know about the source; it goes on."""

    text: str


Finding = Found | Unreadable | Warned
