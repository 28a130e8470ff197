"""What setup_index puts: the files of opensearch/, with replicas and ages filled in."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from eventcore.identity import PERIOD_DAYS, IndexPeriod

FILES = Path(__file__).parents[2] / "opensearch"
"""Beside `lambdas` both in the source tree and in the zip."""

Replicas = Literal["0-0", "0-1", "0-2"]
"""Of auto_expand_replicas. A domain of Amazon's has three availability zones at most, so three copies."""

ROLES = ("kube_events_writer", "kube_events_reader")
SAVED_OBJECTS = "dashboards/kube-events.ndjson"


def index_template(replicas: Replicas = "0-1") -> dict[str, Any]:
    """The composable index template; the mapping carries its version into each index that is made."""
    template: dict[str, Any] = msgspec.json.decode((FILES / "index-template.json").read_bytes())
    template["template"]["settings"]["index"]["auto_expand_replicas"] = replicas
    template["template"]["mappings"].setdefault("_meta", {})["version"] = template["version"]
    return template


def retention_policy(
    retention_days: int, period: IndexPeriod, warm_after_days: int = 0, cold_after_days: int = 0
) -> dict[str, Any]:
    """The ISM policy under which nothing happens to a document before it has the age in days given for it.

    The age of an index counts from its creation, with its first event; its last is up to a period younger.
    Of the states in the file it holds those that are asked for, each leading to the next.
    """
    document: dict[str, Any] = msgspec.json.decode((FILES / "retention-policy.json").read_bytes())
    states = {state["name"]: state for state in document["policy"]["states"]}
    stages = [
        ("kept", 0),
        ("warm", warm_after_days),
        ("cold", cold_after_days),
        ("deleted_from_cold" if cold_after_days else "deleted", retention_days),
    ]
    chain = [stage for stage in stages if stage[0] == "kept" or stage[1]]
    for (name, _), (following, days) in pairwise(chain):
        conditions = {"min_index_age": f"{days + PERIOD_DAYS[period]}d"}
        states[name]["transitions"] = [{"state_name": following, "conditions": conditions}]
    states[chain[-1][0]]["transitions"] = []
    document["policy"]["states"] = [states[name] for name, _ in chain]
    return document


def roles() -> dict[str, dict[str, Any]]:
    """The two roles of the security plugin, by name."""
    return {name: msgspec.json.decode((FILES / "roles" / f"{name}.json").read_bytes()) for name in ROLES}


def saved_objects() -> bytes:
    """Index pattern, searches, visualizations and dashboards, one JSON object in a line."""
    return (FILES / SAVED_OBJECTS).read_bytes()
