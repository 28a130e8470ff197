"""Settings from flags and environment, with every error at once and in one line each."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta

from exporter.regions import unknown_region
from exporter.settings import Settings

VARIABLE_PREFIX = "KUBE_EVENTS_"

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""The first is set by Pod Identity and IRSA in every container that has a role."""


class SettingsInvalid(ValueError):
    """Settings are missing or wrong; `errors` has one line for each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


class Option(NamedTuple):
    """A setting as its user sees it."""

    field: str
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

    def wrong(self, what: str) -> str:
        """The error line: the setting by both its names, what is wrong, what is allowed."""
        return f"{self.flag} ({self.variable}) {what}: it must be {self.allowed}"


def options() -> Iterator[Option]:
    """All settings, in the order in which they are declared."""
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        hint = _without_none(hints[field.name])
        meta = next(part for part in get_args(hint) if isinstance(part, Meta))
        yield Option(field.name, hint, str(meta.description), (meta.extra or {})["allowed"], field.default)


def add_options(parser: ArgumentParser) -> None:
    """Add a flag for each setting."""
    for option in options():
        default = "" if option.default in (NODEFAULT, None) else f" Default: {option.default}."
        parser.add_argument(
            option.flag,
            dest=option.field,
            default=SUPPRESS,
            metavar="…",
            help=f"{option.about}{default} [{option.variable}]",
        )


def read_settings(flags: Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings that flags and environment say; an empty text counts as absent.

    Raises:
        SettingsInvalid: with all errors.
    """
    given = {option.field: _given(option, flags, environment) for option in options()}
    given["region"] = given["region"] or _region_elsewhere(given, environment)
    values: dict[str, Any] = {}
    errors = []
    for option in options():
        try:
            values |= _converted(option, given[option.field])
        except ValueError as error:
            errors.append(str(error))
    if not errors:
        errors += _contradictions(Settings(**values))
    if errors:
        raise SettingsInvalid(errors)
    return Settings(**values)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return hint
    return next(part for part in get_args(hint) if get_origin(part) is Annotated)


def _given(option: Option, flags: Namespace, environment: Mapping[str, str]) -> str:
    return str(getattr(flags, option.field, "") or environment.get(option.variable, ""))


def _region_elsewhere(given: Mapping[str, str], environment: Mapping[str, str]) -> str:
    for name in ("stream", "event_bus"):
        if given[name].startswith("arn:"):
            return region_of(given[name])
    return next((environment[name] for name in REGION_VARIABLES if environment.get(name)), "")


def region_of(arn: str) -> str:
    """The fourth part of an ARN; empty if it has none."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 else ""


def _converted(option: Option, text: str) -> dict[str, Any]:
    if not text:
        if option.default is NODEFAULT:
            raise ValueError(option.wrong("is missing"))
        return {}
    try:
        return {option.field: msgspec.convert(text, option.type, strict=False)}
    except msgspec.ValidationError:
        raise ValueError(option.wrong(f"is {text!r}")) from None


def _contradictions(settings: Settings) -> Iterator[str]:
    """What is wrong about settings that are right one by one."""
    by_field = {option.field: option for option in options()}
    used, unused = ("stream", "event_bus") if settings.sink == "kinesis" else ("event_bus", "stream")
    target = getattr(settings, used)
    if not target:
        yield by_field[used].wrong(f"is missing, and --sink is {settings.sink}")
    if getattr(settings, unused):
        option = by_field[unused]
        yield f"{option.flag} ({option.variable}) has no meaning when --sink is {settings.sink}: leave it out"
    region = by_field["region"]
    if target and target.startswith("arn:") and region_of(target) != settings.region:
        other = f"{by_field[used].flag} lies in {region_of(target)!r}"
        yield f"{region.flag} ({region.variable}) is {settings.region!r}, but {other}"
    if doubt := unknown_region(settings.region):
        yield f"{region.flag} ({region.variable}) is {settings.region!r}: {doubt}"
