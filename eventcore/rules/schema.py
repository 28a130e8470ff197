"""The JSON Schema of a rule file, made from the tables that the parser works with.

An editor completes and checks a file with it. It refuses nothing that is right; what only the parser can
tell, such as a receiver that is not there or a regular expression that could run for ever, it lets pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from eventcore.event import SEVERITIES
from eventcore.grouping.key import FREE_FIELDS
from eventcore.rules.checking import EVERY_FIELD, field_names
from eventcore.rules.durations import UNITS
from eventcore.rules.ending_parsing import INHIBIT_KEYS, RECOVERY_KEYS
from eventcore.rules.event_fields import event_fields
from eventcore.rules.interval_parsing import (
    INTERVAL_KEYS,
    MONTHS,
    NAMED_KEYS,
    TIME_KEYS,
    TIME_OF_DAY,
    WEEKDAYS,
)
from eventcore.rules.parsing import KEYS, SEVERITY_KEYS
from eventcore.rules.pattern_schema import PATTERN, Schema, pattern_definitions, ref
from eventcore.rules.route_parsing import NOT_ON_ROOT, RECEIVER_NAME, ROUTE_KEYS

_DRAFT = "http://json-schema.org/draft-07/schema#"
"""What yaml-language-server knows best."""


def rules_schema() -> Schema:
    """The schema, as decoded JSON."""
    return {
        "$schema": _DRAFT,
        "title": "kube-events rules",
        "description": "Which events are dropped, how severe they are, who is told. Manual: docs/rules.md",
        **_object(KEYS, _FILE, required=["route"]),
        "definitions": {
            "route": _object(ROUTE_KEYS, _ROUTE) | _ONE_WAY_TO_SAY_WHO,
            "rootRoute": _object(
                [key for key in ROUTE_KEYS if key not in NOT_ON_ROOT],
                _ROUTE,
            )
            | _ONE_WAY_TO_SAY_WHO
            | {"anyOf": [{"required": ["receiver"]}, {"required": ["receivers"]}]},
            "receiver": {"type": "string", "pattern": f"^{RECEIVER_NAME}$"},
            "duration": {
                "type": "string",
                "pattern": f"^(?=.*[1-9]){_DURATION}$",
                "examples": ["30s", "5m", "4h"],
            },
            "fields": _fields(),
            "reasons": _list({"type": "string", "minLength": 1}, uniqueItems=True),
            "severity": {"enum": list(SEVERITIES)},
            "timeInterval": _object(INTERVAL_KEYS, _INTERVAL)
            | {"anyOf": [{"required": [key]} for key in INTERVAL_KEYS if key != "location"]},
            **pattern_definitions(event_fields()),
        },
    }


def encode_schema() -> bytes:
    """The schema as a file: the same bytes every time."""
    return msgspec.json.format(msgspec.json.encode(rules_schema()), indent=2) + b"\n"


def _object(keys: Iterable[str], described: Mapping[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: described[key] for key in keys},
    }
    return schema | ({"required": list(required)} if required else {})


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items} | more


def _said(schema: Schema, description: str, **more: Any) -> Schema:
    """A key with what an editor says of it. Of a reference, draft 7 reads nothing beside it."""
    if "$ref" in schema:
        return {"description": description, "allOf": [schema]} | more
    return {"description": description} | schema | more


def _fields() -> Schema:
    free = "|".join(field.replace(".", r"\.") for field in FREE_FIELDS)
    return _list(
        {"anyOf": [{"enum": sorted(field_names())}, {"type": "string", "pattern": f"^({free})."}]},
        uniqueItems=True,
    )


_DURATION = "".join(f"([0-9]{{1,9}}{unit})?" for unit in UNITS)
_ONE_WAY_TO_SAY_WHO = {"not": {"required": ["receiver", "receivers"]}}

_NAMES = _list({"type": "string", "minLength": 1}, uniqueItems=True)


def _ignoring_case(names: Iterable[str]) -> str:
    return "|".join("".join(f"[{one}{one.upper()}]" for one in name) for name in names)


def _ranges(one: str, names: Iterable[str] = (), *, numbers: bool = True) -> Schema:
    """A list of single ones and of ranges, `one` being a regular expression of either end."""
    options: list[Schema] = [{"enum": list(names)}] if names else []
    options.append({"type": "string", "pattern": f"^({one})(:({one}))?$"})
    return _list({"anyOf": [*options, *([{"type": "integer"}] if numbers else [])]}, minItems=1)


_WEEKDAY = _ignoring_case(WEEKDAYS)
_MONTH = f"{_ignoring_case(MONTHS)}|[+]?0*([1-9]|1[0-2])"
_DAY = "[+-]?0*([1-9]|[12][0-9]|3[01])"
_YEAR = "[+]?0*[1-9][0-9]{0,3}"

_FILE: Mapping[str, Schema] = {
    "drop": _said(
        _list(ref(PATTERN)), "Events that any of these patterns matches are neither stored nor told."
    ),
    "severity": _said(
        _list(
            _object(
                SEVERITY_KEYS,
                {
                    "match": _said(ref(PATTERN), "Which events."),
                    "severity": _said(ref("severity"), "What they get."),
                },
                required=SEVERITY_KEYS,
            )
        ),
        "The first rule that matches gives an event its severity; if none does, the built-in table.",
    ),
    "route": _said(ref("rootRoute"), "Who is told: a tree, walked as in Alertmanager."),
    "inhibit": _said(
        _list(
            _object(
                INHIBIT_KEYS,
                {
                    "source": _said(ref(PATTERN), "Events that mute others while they last."),
                    "target": _said(ref(PATTERN), "Events that are muted."),
                    "equal": _said(ref("fields"), "Fields that both have alike; what neither has is alike."),
                    "keep": _said(
                        ref("duration"),
                        "How long a source lasts unless a recovery ends it sooner.",
                        default="1h",
                    ),
                },
                required=["source", "target"],
            )
        ),
        "What is not told while something else says it all, as in Alertmanager.",
    ),
    "recoveries": _said(
        _list(
            _object(
                RECOVERY_KEYS,
                {
                    "problem": _said(ref("reasons"), "Reasons of the problem.", minItems=1),
                    "recovered_by": _said(ref("reasons"), "Reasons that say that it is over."),
                    "kind": {
                        "type": "string",
                        "minLength": 1,
                        "description": "Of the involved object; every kind if absent.",
                        "examples": ["Pod", "Node"],
                    },
                    "resolve_after": _said(ref("duration"), "It is over when nothing is heard for so long."),
                },
                required=["problem"],
            )
        ),
        "How problems end, instead of what the built-in table says of their reasons.",
    ),
    "time_intervals": _said(
        _list(
            _object(
                NAMED_KEYS,
                {
                    "name": {"type": "string", "minLength": 1, "description": "By which routes call it."},
                    "time_intervals": _said(
                        _list(ref("timeInterval"), minItems=1),
                        "It is the time inside of any of these.",
                    ),
                },
                required=NAMED_KEYS,
            )
        ),
        "Times by name, for mute_time_intervals and active_time_intervals of routes, as in Alertmanager.",
    ),
    "notify_max_age": _said(
        ref("duration"), "Older events are told in one summary per receiver.", default="30m"
    ),
}

_ROUTE: Mapping[str, Schema] = {
    "match": _said(ref(PATTERN), "Which events it takes; every event if absent."),
    "receiver": _said(ref("receiver"), "Who is told; the parent's if absent."),
    "receivers": _said(
        _list(ref("receiver"), uniqueItems=True), "Several, each with groups of its own; [] tells nobody."
    ),
    "continue": {
        "type": "boolean",
        "default": False,
        "description": "Whether the next sibling is asked too.",
    },
    "group_by": {
        "description": "Fields whose values make a group; ['...'] tells every object and reason apart.",
        "anyOf": [ref("fields"), {"const": [EVERY_FIELD]}],
    },
    "group_wait": {
        "description": "Before the first message of a group; the parent's, else 30s.",
        "type": "string",
        "pattern": f"^(0|(?=.){_DURATION})$",
    },
    "group_interval": _said(
        ref("duration"), "Between messages of a group that has news; the parent's, else 5m."
    ),
    "repeat_interval": _said(
        ref("duration"), "Before a group without news is told again; the parent's, else 4h."
    ),
    "resolve_after": _said(
        ref("duration"), "Silence after which a problem is over, instead of the table's; the parent's."
    ),
    "mute_time_intervals": _said(
        _NAMES, "Names of time_intervals inside of which nobody is told. Not inherited."
    ),
    "active_time_intervals": _said(
        _NAMES, "Names of time_intervals outside of which nobody is told. Not inherited."
    ),
    "routes": _said(_list(ref("route")), "Children, asked in order before the route itself."),
}

_INTERVAL: Mapping[str, Schema] = {
    "times": _said(
        _list(
            _object(
                TIME_KEYS,
                {
                    key: {"type": "string", "pattern": f"^{TIME_OF_DAY}$", "examples": ["09:00", "17:00"]}
                    for key in TIME_KEYS
                },
                required=TIME_KEYS,
            ),
            minItems=1,
        ),
        "Times of the day, the end excluded.",
    ),
    "weekdays": _said(_ranges(_WEEKDAY, WEEKDAYS, numbers=False), "Such as 'monday:friday' or 'sunday'."),
    "days_of_month": _said(_ranges(_DAY), "Such as '1:5'; negative ones count from the month's end."),
    "months": _said(_ranges(_MONTH, MONTHS), "Such as 'june:august' or '12'."),
    "years": _said(_ranges(_YEAR), "Such as '2026:2027'."),
    "location": {
        "type": "string",
        "minLength": 1,
        "default": "UTC",
        "description": "Time zone of IANA's, such as Europe/Berlin.",
    },
}
