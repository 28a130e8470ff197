"""The answer to a bulk, item by item."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import msgspec
from msgspec import Struct

from lambdas.common.opensearch.client import Answer
from lambdas.index_events.triage import Finding, Verdict, verdict_of

PATH = "/_bulk?filter_path=" + quote(
    "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason", safe=""
)
"""The rest of the answer is most of its bytes and says nothing that we do not know. Quoted, because SigV4
signs the quoted form."""


class NotOfABulkError(Exception):
    """HTTP 200, but not what OpenSearch answers to a bulk of so many documents."""


class _Cause(Struct):
    reason: str | None = None


class _Error(Struct):
    type: str = ""
    reason: str | None = None
    caused_by: _Cause | None = None


class _Result(Struct):
    status: int
    error: _Error | None = None


class _Item(Struct):
    create: _Result


class _Bulk(Struct):
    items: list[_Item]


_decode = msgspec.json.Decoder(_Bulk).decode

_WRITTEN = Finding(Verdict.WRITTEN)


def findings_in(answer: Answer, expected: int) -> list[Finding]:
    """A finding for each document of the request, in their order.

    Raises:
        NotOfABulkError: the body is something else, or says nothing of some of the `expected` documents.
    """
    try:
        items = _decode(answer.body).items
    except (msgspec.MsgspecError, UnicodeDecodeError):
        items = []
    if len(items) != expected:
        raise NotOfABulkError(f"HTTP 200, but not the answer of a bulk: {answer.reason()}")
    return list(_findings(items))


def _findings(items: list[_Item]) -> Iterator[Finding]:
    for item in items:
        result = item.create
        if result.error is None and result.status == 201:
            yield _WRITTEN
        else:
            yield _finding(result.status, result.error or _Error())


def _finding(status: int, error: _Error) -> Finding:
    reason = error.reason or ""
    cause = error.caused_by.reason if error.caused_by is not None else None
    told = f"{status} {error.type}: {reason}" + (f" ({cause})" if cause else "")
    return Finding(verdict_of(status, error.type, reason), told)
