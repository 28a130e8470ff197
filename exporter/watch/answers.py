"""The shapes of what the API server answers."""

from __future__ import annotations

from typing import Generic, Literal, Protocol, TypeVar

from msgspec import Raw, Struct, field


class ObjectMeta(Struct, frozen=True, rename="camel"):
    """What the watch needs of an object, and what a log says of one that cannot be used."""

    resource_version: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""


class Object(Struct, frozen=True):
    """Any object with metadata."""

    metadata: ObjectMeta = ObjectMeta()


class Versioned(Protocol):
    """Metadata, as far as the watch looks into it."""

    @property
    def resource_version(self) -> str:
        """Of the state."""


class Watchable(Protocol):
    """What a resource's type needs to be watched."""

    @property
    def metadata(self) -> Versioned:
        """Of the object."""


T = TypeVar("T", bound=Watchable)
Item = TypeVar("Item")
T_co = TypeVar("T_co", bound=Watchable, covariant=True)

Change = Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
"""DELETED carries the last state with a version of its own; a BOOKMARK only a version."""


class WatchLine(Struct, Generic[T_co], frozen=True):
    """One line of a watch that is about an object."""

    type: Change
    object: T_co


class AnyLine(Struct, frozen=True):
    """One line of a watch, whatever it is: ERROR as well, or what nobody has heard of."""

    type: str
    object: Raw


class ListMeta(Struct, frozen=True, rename="camel"):
    """`resource_version` is the version of all pages; `continue_` is empty on the last one."""

    resource_version: str = ""
    continue_: str = field(default="", name="continue")


class ListPage(Struct, Generic[Item], frozen=True):
    """One page of a list. Its items lack `kind` and `apiVersion`, and come in key order."""

    metadata: ListMeta
    items: list[Item] | None = None


class Status(Struct, frozen=True):
    """Why something was refused: the object of an ERROR line, and the body of an HTTP error."""

    code: int = 0
    reason: str = ""
    message: str = ""
    metadata: ListMeta | None = None
    """`continue_` of a 410 for a token that is too old: another one, for the rest as it is now."""
