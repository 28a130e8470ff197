"""The compiled form: what lies in S3, what the functions load and what Terraform reads the receivers from."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from eventcore.event import Severity
from eventcore.rules.time_interval import TimeInterval

COMPILED_VERSION = 2
"""Version of the compiled form. Functions and file are deployed together, so there is one only."""


class CompiledRulesError(ValueError):
    """A compiled file that this release cannot use. Compile its source again."""


class CompiledSeverityRule(Struct, frozen=True):
    """Events that match get this severity."""

    match: dict[str, Any]
    severity: Severity


class CompiledRoute(Struct, frozen=True, kw_only=True, rename="camel"):
    """A route with everything inherited filled in. Times are in seconds."""

    path: str
    identity: str
    """Hash of the conditions from the root down to it."""
    receivers: tuple[str, ...]
    continues: bool
    group_by: tuple[str, ...]
    group_wait: float
    group_interval: float
    repeat_interval: float
    resolve_after: float | None
    mute_time_intervals: tuple[str, ...]
    active_time_intervals: tuple[str, ...]
    match: dict[str, Any] | None
    """None takes every event."""
    routes: tuple[CompiledRoute, ...]


class CompiledInhibition(Struct, frozen=True, kw_only=True):
    """Events that match `target` are not told while one that matches `source` lasts, if `equal` fields
    are."""

    source: dict[str, Any]
    target: dict[str, Any]
    equal: tuple[str, ...]
    keep: float
    """Seconds."""


class CompiledRecovery(Struct, frozen=True, kw_only=True, rename="camel"):
    """How problems end, instead of the built-in table."""

    problem: tuple[str, ...]
    recovered_by: tuple[str, ...]
    kind: str
    """"" is every kind."""
    resolve_after: float | None
    """Seconds."""


class CompiledRules(Struct, frozen=True, kw_only=True, rename="camel"):
    """A compiled rule file."""

    compiled_version: int
    source_sha256: str
    """Of the bytes of the file it was compiled from, in hex: Terraform refuses to deploy a stale one."""
    receivers: tuple[str, ...]
    """All that are named anywhere, sorted."""
    drop: tuple[dict[str, Any], ...]
    severity: tuple[CompiledSeverityRule, ...]
    route: CompiledRoute
    inhibit: tuple[CompiledInhibition, ...]
    recoveries: tuple[CompiledRecovery, ...]
    """Of the file; the built-in table is part of the release."""
    time_intervals: dict[str, tuple[TimeInterval, ...]]
    notify_max_age: float
    """Seconds."""


class _Head(Struct, rename="camel"):
    compiled_version: int


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(CompiledRules)
_head_decoder = msgspec.json.Decoder(_Head)


def encode_compiled(compiled: CompiledRules) -> bytes:
    """The same bytes for the same rules: keys sorted, two blanks of indentation, a newline at the end."""
    return msgspec.json.format(_encoder.encode(compiled), indent=2) + b"\n"


def decode_compiled(data: bytes | str) -> CompiledRules:
    """Read a compiled file.

    Raises:
        CompiledRulesError: it is of another version, or no compiled file at all.
    """
    try:
        version = _head_decoder.decode(data).compiled_version
        if version == COMPILED_VERSION:
            return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CompiledRulesError(f"not a compiled rule file: {error}") from None
    age = "a newer" if version > COMPILED_VERSION else "an older"
    raise CompiledRulesError(
        f"compiled version {version}, by {age} release; this one reads {COMPILED_VERSION}: compile again"
    )
