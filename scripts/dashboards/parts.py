"""What panels are made of: measures, buckets and controls, as somebody writes them in YAML.

SourceError
 x  a file is no YAML, has a key or a value that nobody knows, or names a field as what it is not
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from eventcore.document_fields import BY_NAME, FieldType

TIME_FIELD = "@timestamp"

COUNTABLE: tuple[FieldType, ...] = ("keyword", "long", "boolean")


class SourceError(ValueError):
    """A file of opensearch/dashboards cannot be built; names the file and the place."""


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a file. A key that it does not know is an error."""


class Measure(Strict, frozen=True, kw_only=True):
    """A number or a value for each bucket. One of its keys beside `label` says which."""

    label: str
    count: bool = False
    """How many documents: observations, of which one event may have many."""
    distinct: str | None = None
    """How many different values this field has."""
    newest: str | None = None
    oldest: str | None = None
    greatest: str | None = None
    last: str | None = None
    """This field of the newest document."""

    def __post_init__(self) -> None:
        _exactly_one(self, "count", "distinct", "newest", "oldest", "greatest", "last")
        check_field(self.distinct, "keyword")
        check_field(self.newest, "date")
        check_field(self.oldest, "date")
        check_field(self.greatest, "long")
        check_field(self.last, "keyword", "text", "date", "long", "boolean")

    @property
    def can_order(self) -> bool:
        """Whether the terms with the most of it can be asked for."""
        return self.last is None


Counted = Measure | Literal["events", "observations"]
"""The two that are counted most have a name. An event has one uid, and as many observations as states."""


def measure(counted: Counted) -> Measure:
    """What is counted, by its name or as it is spelt out."""
    if counted == "events":
        return Measure(label="Events", distinct="metadata.uid")
    if counted == "observations":
        return Measure(label="Observations", count=True)
    return counted


class Bucket(Strict, frozen=True, kw_only=True):
    """What documents are divided by: the values of a field, the time, or queries."""

    top: str | None = None
    """A field: its values that have the most of the first measure."""
    size: int = 10
    """How many values."""
    label: str = ""
    missing: str = ""
    """What documents without the field are called; without this they are left out."""
    by: int = 1
    """Which measure decides about the order, from 1."""
    order: Literal["desc", "asc"] = "desc"
    time: str | None = None
    """A date: intervals of it."""
    interval: Literal["auto", "m", "h", "d"] = "auto"
    """How long they are; `auto` is what fits the range of time, and that is one of `@timestamp`."""
    filters: dict[str, str] = {}
    """Queries in DQL by what they are called."""
    otherwise: str = ""
    """What fits none of the filters is called."""

    def __post_init__(self) -> None:
        _exactly_one(self, "top", "time", "filters")
        check_field(self.top, *COUNTABLE)
        check_field(self.time, "date")
        if self.missing:
            # Dashboards asks for the documents without the field only where its values are text.
            check_field(self.top, "keyword")
        if self.time and self.time != TIME_FIELD and self.interval == "auto":
            raise ValueError(f"{self.time} needs an interval: m, h or d")


class Control(Strict, frozen=True, kw_only=True):
    """A list to choose values of a field from."""

    field: str
    label: str
    parent: str | None = None
    """Another control of the panel: the values offered are those under its choice, and none before."""
    values: int | None = None
    """How many values are offered; without it, those in which what is typed occurs."""

    def __post_init__(self) -> None:
        check_field(self.field, "keyword")


def _exactly_one(part: Strict, *keys: str) -> None:
    if sum(bool(getattr(part, key)) for key in keys) != 1:
        raise ValueError(f"needs one of {', '.join(keys)}, and one only")


def check_field(field: str | None, *types: FieldType) -> None:
    """Raise ValueError, which msgspec tells with its place, unless it is a field of one of these types."""
    if field is None:
        return
    known = BY_NAME.get(field)
    if known is None:
        raise ValueError(f"the index has no field {field}")
    if known.type not in types:
        raise ValueError(f"{field} is {known.type}, and here a field has to be {' or '.join(types)}")
