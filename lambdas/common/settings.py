"""Settings of a function, read once from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta, Struct

Bucket = Annotated[str, Meta(min_length=3, max_length=63, description="the name of an S3 bucket")]
RulesKey = Annotated[
    str, Meta(pattern=r"^rules/[0-9a-f]{64}\.json$", description="rules/<SHA-256 of the object>.json")
]
ReceiversKey = Annotated[
    str, Meta(pattern=r"^receivers/[0-9a-f]{64}\.json$", description="receivers/<SHA-256 of the object>.json")
]
TableName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_.-]{3,255}$", description="the name of a DynamoDB table")
]
Endpoint = Annotated[
    str, Meta(pattern=r"^https?://[^/?#@\s]+/?$", description="a URL such as https://search.example.com:443")
]
SecretArn = Annotated[
    str,
    Meta(
        pattern=r"^$|^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$",
        description="the ARN of a Secrets Manager secret, or empty",
    ),
]


class SettingsError(Exception):
    """Environment variables are missing or wrong. The message has one line for each of them."""


class Settings(Struct, frozen=True, kw_only=True, rename=str.upper):
    """Base of every function's settings: a field `config_bucket` is the variable CONFIG_BUCKET.

    A field's type carries what is allowed; its `description` says so in words. A tuple is written as a JSON
    array. What depends on two fields is checked in `__post_init__`, which raises ValueError.
    """


T = TypeVar("T", bound=Settings)


def read_settings(kind: type[T], environ: Mapping[str, str] | None = None) -> T:
    """Read `kind` from the environment. A variable that is set but empty counts as not set.

    Raises:
        SettingsError: names every variable that is missing or wrong, and what is allowed. Raised while the
            handler's module is imported, it is what Lambda reports as the failure of the init phase.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    errors: list[str] = []
    for field in msgspec.structs.fields(kind):
        text = environ.get(field.encode_name, "")
        if not text:
            if field.default is NODEFAULT and field.default_factory is NODEFAULT:
                errors.append(f"{field.encode_name} is not set: it must be {_allowed(field.type)}")
            continue
        try:
            values[field.name] = _value(text, field.type)
        except msgspec.DecodeError:
            errors.append(f"{field.encode_name} is {text!r}: it must be {_allowed(field.type)}")
    if not errors:
        try:
            return kind(**values)
        except ValueError as error:
            errors.append(str(error))
    raise SettingsError("\n".join(errors)) from None


def _value(text: str, kind: Any) -> Any:
    base = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(base) is tuple:
        return msgspec.json.decode(text, type=kind)
    return msgspec.convert(text, kind, strict=False)


def _allowed(kind: object) -> str:
    if get_origin(kind) is Annotated:
        base, *annotations = get_args(kind)
        described = [meta.description for meta in annotations if isinstance(meta, Meta) and meta.description]
        return described[0] if described else _allowed(base)
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    return {str: "a text", int: "a whole number"}.get(kind, str(kind))  # type: ignore[call-overload, no-any-return]
