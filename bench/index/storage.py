"""What the mapping's choices cost in bytes and in time, each against the template as it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bench.index.contenders import bare_loop
from bench.index.observations import observations
from bench.index.server import Server, index_template
from bench.index.speed import BATCH
from sandbox.opensearch import ServerError

DOCUMENTS = 40_000
"""Enough that dictionaries and headers of a segment are small beside the documents."""

Template = dict[str, Any]


class Stored(NamedTuple):
    """One way to store the same documents."""

    bytes_each: float
    """Of the primary shard, merged into one segment."""
    seconds: float
    """To write, refresh and merge them."""


def measure(server: Server) -> dict[str, Stored | str]:
    """Each choice with what it takes, or the server's reason why it cannot have it."""
    events = observations(DOCUMENTS, first=10_000_000)
    send = bare_loop(server.url)
    prepared = [send(events[at : at + BATCH]) for at in range(0, DOCUMENTS, BATCH)]
    return {name: _stored(server, change, prepared) for name, change in CHOICES.items()}


def _stored(
    server: Server, change: Callable[[Template], None], prepared: list[Callable[[], object]]
) -> Stored | str:
    template = index_template()
    change(template)
    try:
        server.clear(template)
    except ServerError as error:
        return str(error)
    began = time.perf_counter()
    for post in prepared:
        post()
    server.call("POST", "/kube-events-*/_forcemerge?max_num_segments=1&flush=true")
    seconds = time.perf_counter() - began
    if (found := server.documents()) != DOCUMENTS:
        return f"{found} of {DOCUMENTS} documents were written"
    stats = server.call("GET", "/kube-events-*/_stats/store")
    return Stored(stats["_all"]["primaries"]["store"]["size_in_bytes"] / DOCUMENTS, seconds)


def _settings(template: Template) -> Template:
    settings: Template = template["template"]["settings"]["index"]
    return settings


def _fields(template: Template) -> Template:
    fields: Template = template["template"]["mappings"]["properties"]
    return fields


def _codec(name: str) -> Callable[[Template], None]:
    return lambda template: _settings(template).update(codec=name)


def _as_it_is(template: Template) -> None:
    """No change."""


def _sorted_by_time(template: Template) -> None:
    _settings(template)["sort"] = {"field": "@timestamp", "order": "desc"}


def _sorted_by_object(template: Template) -> None:
    _settings(template)["sort"] = {"field": ["involvedObject.uid", "@timestamp"], "order": ["asc", "desc"]}


def _without_message_keyword(template: Template) -> None:
    del _fields(template)["message"]["fields"]


def _without_norms(template: Template) -> None:
    _fields(template)["message"]["norms"] = False


def _without_positions(template: Template) -> None:
    _fields(template)["message"]["index_options"] = "freqs"


def _without_doc_values_of_ids(template: Template) -> None:
    for path in ("metadata.resourceVersion", "metadata.name", "involvedObject.resourceVersion"):
        outer, _, inner = path.partition(".")
        _fields(template)[outer]["properties"][inner]["doc_values"] = False


CHOICES: Mapping[str, Callable[[Template], None]] = {
    "the template as it is": _as_it_is,
    "codec default (LZ4)": _codec("default"),
    "codec zstd": _codec("zstd"),
    "codec zstd_no_dict": _codec("zstd_no_dict"),
    "sorted by @timestamp": _sorted_by_time,
    "sorted by involvedObject.uid, @timestamp": _sorted_by_object,
    "without message.keyword": _without_message_keyword,
    "no norms in message (no ranking by length)": _without_norms,
    "no positions in message (no phrases)": _without_positions,
    "no doc_values for versions and Event names": _without_doc_values_of_ids,
}
