"""The shapes of what the API server answers. Objects stay raw: only normalising looks into an event."""

from __future__ import annotations

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


class WatchLine(Struct, frozen=True):
    """One line of a watch: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR, and the object it is about."""

    type: str
    object: Raw


class ListMeta(Struct, frozen=True, rename="camel"):
    """`resource_version` is the version of all pages; `continue_` is empty on the last one."""

    resource_version: str = ""
    continue_: str = field(default="", name="continue")


class EventList(Struct, frozen=True):
    """One page of a list. Its items lack `kind` and `apiVersion`, and come in key order."""

    metadata: ListMeta
    items: list[Raw] | None = None


class Status(Struct, frozen=True):
    """Why something was refused: the object of an ERROR line, and the body of an HTTP error."""

    code: int = 0
    reason: str = ""
    message: str = ""
