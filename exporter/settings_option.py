"""A setting as its user meets it: a flag, a variable and a key of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta

from exporter.settings import Settings
from exporter.settings_yaml import YamlError, read_yaml

VARIABLE_PREFIX = "KUBE_EVENTS_"

_BOOLEANS = {"true": True, "false": False}


class SettingsInvalid(ValueError):
    """Settings are missing or wrong; `errors` has one line for each."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


class Option(NamedTuple):
    """One setting."""

    field: str
    """Its name in `Settings`, and its key in the file."""
    type: Any
    about: str
    allowed: str
    default: object
    """NODEFAULT if it is required."""

    @property
    def flag(self) -> str:
        """`--list-page-size`."""
        return "--" + self.field.replace("_", "-")

    @property
    def variable(self) -> str:
        """`KUBE_EVENTS_LIST_PAGE_SIZE`."""
        return VARIABLE_PREFIX + self.field.upper()

    @property
    def label(self) -> str:
        """Both its names, for an error that may be of either."""
        return f"{self.flag} ({self.variable})"

    @property
    def shown_default(self) -> str:
        """The default as a user would write it; empty if there is none."""
        if self.default is NODEFAULT:
            return "required"
        if self.default is None or self.default == ():
            return ""
        return str(self.default).lower() if self.is_switch else str(self.default)

    @property
    def base(self) -> Any:
        """The type without what limits it: bool, int, tuple[…]."""
        return get_args(self.type)[0]

    @property
    def is_switch(self) -> bool:
        """Whether the flag may stand alone, for `true`."""
        return self.base is bool

    def from_text(self, text: str) -> Any:
        """The value that a flag or a variable says.

        Raises:
            ValueError: it is not allowed.
        """
        if self.is_switch:
            if text not in _BOOLEANS:
                raise ValueError(self.wrong(self.label, f"is {text!r}"))
            return _BOOLEANS[text]
        try:
            return msgspec.convert(self._parts(text), self.type, strict=False)
        except msgspec.ValidationError:
            raise ValueError(self.wrong(self.label, f"is {text!r}")) from None

    def from_value(self, value: object, label: str) -> Any:
        """The value that the file says; `label` names the key.

        Raises:
            ValueError: it is not allowed.
        """
        try:
            return msgspec.convert(value, self.type)
        except msgspec.ValidationError:
            raise ValueError(self.wrong(label, f"is {value!r}")) from None

    def wrong(self, label: str, what: str) -> str:
        """The error line: which setting, what is wrong, what is allowed."""
        return f"{label} {what}: it must be {self.allowed}"

    def _parts(self, text: str) -> object:
        if get_origin(self.base) is not tuple:
            return text
        if get_origin(get_args(self.base)[0]) is Annotated:
            return [part.strip() for part in text.split(",")]
        try:
            return read_yaml(text.encode(errors="replace"))
        except YamlError as error:
            raise ValueError(self.wrong(self.label, f"is no JSON or YAML ({error})")) from None


def options() -> Iterator[Option]:
    """All settings, in the order in which they are declared."""
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        hint = _without_none(hints[field.name])
        meta = next(part for part in get_args(hint) if isinstance(part, Meta))
        yield Option(field.name, hint, str(meta.description), (meta.extra or {})["allowed"], field.default)


def nearest(name: str, names: Iterable[str], *, prefix: str = "") -> str:
    """What to say of a name that is none of `names`; `prefix` belongs in front of all of them."""
    near = get_close_matches(name, names, n=1)
    return f"did you mean {prefix}{near[0]}?" if near else "docs/exporter.md lists all there are"


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return hint
    return next(part for part in get_args(hint) if get_origin(part) is Annotated)
