"""What setup_index puts: the files of opensearch/, with the retention filled in."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any

import msgspec

from eventcore.identity import IndexPeriod

FILES = Path(__file__).parents[2] / "opensearch"
"""Beside `lambdas` both in the source tree and in the zip."""

DAYS_OF = {"day": 1, "week": 7, "month": 31}
"""The age of an index counts from its creation, with its first event; its last is up to a period younger."""


def index_template() -> dict[str, Any]:
    """The composable index template."""
    template: dict[str, Any] = msgspec.json.decode((FILES / "index-template.json").read_bytes())
    return template


def retention_policy(retention_days: int, period: IndexPeriod) -> dict[str, Any]:
    """The ISM policy under which no document is deleted before it is `retention_days` old."""
    text = Template((FILES / "retention-policy.json").read_text())
    filled = text.substitute(MIN_INDEX_AGE=f"{retention_days + DAYS_OF[period]}d")
    policy: dict[str, Any] = msgspec.json.decode(filled)
    return policy


def contains(found: object, wanted: object) -> bool:
    """Whether `found` says all that `wanted` says. Servers add defaults and times to what they are given."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and contains(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(contains(*pair) for pair in zip(found, wanted, strict=True))
        )
    return found == wanted
