"""Settings from flags, environment and file, with every error at once and in one line each."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from msgspec import NODEFAULT

from exporter.settings import Settings
from exporter.settings_environment import unknown_variables
from exporter.settings_file import FileUnusable, read_file
from exporter.settings_option import Option, SettingsInvalid, options
from exporter.settings_together import contradictions, region_of

__all__ = ["SettingsInvalid", "add_options", "read_settings"]

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""The first is set by Pod Identity and IRSA in every container that has a role."""


def add_options(parser: ArgumentParser) -> None:
    """Add a flag for each setting."""
    for option in options():
        default = "" if option.default in (NODEFAULT, None, ()) else f" Default: {option.shown_default}."
        alone: dict[str, Any] = {"nargs": "?", "const": "true"} if option.is_switch else {}
        parser.add_argument(
            option.flag,
            dest=option.field,
            default=SUPPRESS,
            metavar="…",
            help=f"{option.about}{default} [{option.variable}]".replace("%", "%%"),
            **alone,
        )


def read_settings(flags: Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings that flags, environment and file say, in this order; an empty text counts as absent.

    Raises:
        SettingsInvalid: with all errors.
    """
    known = {option.field: option for option in options()}
    errors = list(unknown_variables(environment, [option.variable for option in known.values()]))
    texts = {field: _text(option, flags, environment) for field, option in known.items()}
    in_file: dict[str, object] = {}
    file_is_known = True
    if texts["config"]:
        try:
            in_file, unknown = read_file(texts["config"], known, known["config"].label)
            errors += unknown
        except FileUnusable as error:
            errors += error.errors
            file_is_known = False
    given = {**in_file, **{field: text for field, text in texts.items() if text}}
    if "region" not in given and (region := _region_elsewhere(given, environment)):
        given["region"] = texts["region"] = region
    labels = {
        field: option.label if texts[field] or field not in in_file else f"{texts['config']}: {field}"
        for field, option in known.items()
    }
    values: dict[str, Any] = {}
    for option in known.values():
        if option.field not in given and not file_is_known:
            continue  # it may well stand in the file
        try:
            values |= _value(option, labels[option.field], texts[option.field], given)
        except ValueError as error:
            errors.append(str(error))
    if not errors:
        errors += contradictions(Settings(**values), labels)
    if errors:
        raise SettingsInvalid(errors)
    return Settings(**values)


def _text(option: Option, flags: Namespace, environment: Mapping[str, str]) -> str:
    return str(getattr(flags, option.field, "") or environment.get(option.variable, ""))


def _value(option: Option, label: str, text: str, given: Mapping[str, object]) -> dict[str, Any]:
    if text:
        return {option.field: option.from_text(text)}
    if option.field in given:
        return {option.field: option.from_value(given[option.field], label)}
    if option.default is NODEFAULT:
        raise ValueError(option.wrong(label, "is missing"))
    return {}


def _region_elsewhere(given: Mapping[str, object], environment: Mapping[str, str]) -> str:
    for name in ("stream", "event_bus"):
        if str(given.get(name, "")).startswith("arn:"):
            return region_of(str(given[name]))
    return next((environment[name] for name in REGION_VARIABLES if environment.get(name)), "")
