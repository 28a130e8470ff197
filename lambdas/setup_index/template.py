"""The index template, put unless the server's is newer; and what it means for the indices there are."""

from __future__ import annotations

import re
from typing import Any, TypedDict

from lambdas.common.observability import logger
from lambdas.setup_index.caller import Caller
from lambdas.setup_index.comparison import contains

TEMPLATE = "/_index_template/kube-events"
INDICES = "kube-events-*"

_DATE = re.compile(r"-\d{4}\.(\d\d(\.\d\d)?|w\d\d)$")
"""The end of an index name; what comes before it is the same for all the indices of one series."""
_NAMED = 20
"""Indices named in the answer; the rest is counted. Daily indices of three years would be 30 KB of it."""


class Mappings(TypedDict):
    """How the mappings of the indices that are there stand to the template's."""

    current: int
    older: int
    """Made by an older template: fields that came later are not indexed in their documents. See docs/index.md
    for how to reindex them."""
    older_named: list[str]
    """The newest of them."""
    extended: list[str]
    """Those among them that still get documents; these have now the new fields for what comes from now on."""


def put_template(caller: Caller, template: dict[str, Any]) -> str:
    """Put it, unless the server has the same or a newer version.

    A newer one stays: fields are only ever added, so it serves older documents too, while the older template
    would take fields from those that a newer version of the index function writes.
    """
    found = caller.call("GET", TEMPLATE, also=(404,))
    if found.status == 404:
        caller.call("PUT", TEMPLATE, template)
        return "created"
    current = _template_of(found.json())
    theirs, ours = current.get("version"), template["version"]
    if isinstance(theirs, int) and theirs > ours:
        logger.warning("the server's index template is newer and was left", theirs=theirs, ours=ours)
        return f"left: the server has version {theirs}, which is newer than {ours}"
    if contains(current, template):
        return "unchanged"
    caller.call("PUT", TEMPLATE, template)
    return "updated"


def bring_mappings(caller: Caller, template: dict[str, Any]) -> Mappings:
    """Say which indices an older template made, and add the new fields to those that still get documents.

    Adding fields to a mapping refuses nothing and changes no document. An index that does not take them keeps
    its mapping; the next one is made by the template.
    """
    version = template["version"]
    versions = _versions(caller)
    older = sorted((name for name, its in versions.items() if its < version), key=_age_key, reverse=True)
    properties = {"properties": template["template"]["mappings"]["properties"]}
    extended = [
        name
        for name in older
        if name in _newest(versions)
        and caller.call("PUT", f"/{name}/_mapping", properties, also=(400, 403, 404)).status == 200
    ]
    return Mappings(
        current=len(versions) - len(older), older=len(older), older_named=older[:_NAMED], extended=extended
    )


def _template_of(said: Any) -> dict[str, Any]:
    match said:
        case {"index_templates": [{"index_template": dict(template)}]}:
            return template
        case _:
            return {}


def _versions(caller: Caller) -> dict[str, int]:
    """By open index; 0 for one that was made before mappings carried a version."""
    said = caller.call(
        "GET", f"/{INDICES}/_mapping?expand_wildcards=open&filter_path=*.mappings._meta"
    ).json()
    names = caller.call("GET", f"/{INDICES}/_alias?expand_wildcards=open").json() or {}
    return {name: _version((said or {}).get(name)) for name in names}


def _version(mapping: Any) -> int:
    match mapping:
        case {"mappings": {"_meta": {"version": int(version)}}}:
            return version
        case _:
            return 0


def _newest(names: dict[str, int]) -> set[str]:
    """The last of each series: the one whose name ends in the latest date.

    Days, weeks and months are series of their own: where the period was changed, the last of the old one may
    come after the new ones by its name.
    """
    last: dict[tuple[str, int], str] = {}
    for name in sorted(names):
        last[_DATE.sub("", name), len(_age_key(name))] = name
    return set(last.values())


def _age_key(name: str) -> str:
    date = _DATE.search(name)
    return date.group() if date else ""
