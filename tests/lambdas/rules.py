"""Compiled rules, from the same structure that the YAML file has."""

from __future__ import annotations

from typing import Any

from eventcore.rules import compile_rules, encode_compiled, parse_rules


def compiled(*, route: dict[str, Any] | None = None, **document: Any) -> bytes:
    """What lies in S3. By default everything goes to `ops-mail`."""
    rules = parse_rules({"route": route or {"receiver": "ops-mail"}, **document})
    return encode_compiled(compile_rules(rules, source_sha256="0" * 64))
