"""The translator says what OpenSearch Dashboards says, and refuses what it does not know."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.queries.dql import DqlError, translate


def one(*queries: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


REASON = one({"match": {"reason": "BackOff"}})
POD = one({"match": {"involvedObject.kind": "Pod"}})
NODE = one({"match": {"involvedObject.kind": "Node"}})


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {"match_all": {}}),
        ("  ", {"match_all": {}}),
        ("reason:BackOff", REASON),
        ("reason : BackOff ", REASON),
        ('reason:"BackOff"', one({"match_phrase": {"reason": "BackOff"}})),
        ('"reason":BackOff', REASON),
        ("message:liveness probe failed", one({"match": {"message": "liveness probe failed"}})),
        ("container.exitCode:137", one({"match": {"container.exitCode": 137}})),
        ("container.exitCode:-1", one({"match": {"container.exitCode": -1}})),
        ('container.exitCode:"137"', one({"match_phrase": {"container.exitCode": "137"}})),
        ("metadata.resourceVersion:0250", one({"match": {"metadata.resourceVersion": "0250"}})),
        ("synthetic:true", one({"match": {"synthetic": True}})),
        ("node:*", one({"exists": {"field": "node"}})),
        (
            "involvedObject.name:web-*",
            one({"query_string": {"fields": ["involvedObject.name"], "query": r"web\-*"}}),
        ),
        (
            "involvedObject.name:a1*b.c",
            one({"query_string": {"fields": ["involvedObject.name"], "query": r"a\1*b\.c"}}),
        ),
        ('reason:"Back*"', one({"match_phrase": {"reason": "Back*"}})),
        (r"reason:Back\*", one({"match": {"reason": "Back*"}})),
        ("count >= 5", one({"range": {"count": {"gte": 5}}})),
        ("count<5", one({"range": {"count": {"lt": 5}}})),
        (
            '@timestamp >= "2026-11-21T02:00:00Z"',
            one({"range": {"@timestamp": {"gte": "2026-11-21T02:00:00Z"}}}),
        ),
        (
            'lastSeen:"2026-11-21"',
            one({"range": {"lastSeen": {"gte": "2026-11-21", "lte": "2026-11-21"}}}),
        ),
        ("OOMKilled", {"multi_match": {"type": "best_fields", "query": "OOMKilled", "lenient": True}}),
        ('"memory limit"', {"multi_match": {"type": "phrase", "query": "memory limit", "lenient": True}}),
        ("OOM*", {"query_string": {"query": "OOM*"}}),
        ("reason:BackOff and involvedObject.kind:Pod", {"bool": {"filter": [REASON, POD]}}),
        ("reason:BackOff OR involvedObject.kind:Pod", one(REASON, POD)),
        ("not reason:BackOff", {"bool": {"must_not": REASON}}),
        (
            "not reason:BackOff and involvedObject.kind:Pod",
            {"bool": {"filter": [{"bool": {"must_not": REASON}}, POD]}},
        ),
        # `and` binds closer than `or`.
        (
            "involvedObject.kind:Node or reason:BackOff and involvedObject.kind:Pod",
            one(NODE, {"bool": {"filter": [REASON, POD]}}),
        ),
        (
            "( involvedObject.kind:Node or involvedObject.kind:Pod ) and reason:BackOff",
            {"bool": {"filter": [one(NODE, POD), REASON]}},
        ),
        ("involvedObject.kind:(Node or Pod)", one(NODE, POD)),
        (
            "involvedObject.kind:( Node and not Pod )",
            {"bool": {"filter": [NODE, {"bool": {"must_not": POD}}]}},
        ),
        (r"message:to be \or not", one({"match": {"message": "to be or not"}})),
        (r"objectLabelPairs:app\:web", one({"match": {"objectLabelPairs": "app:web"}})),
        (r'message:"say \"no\" \\ \n"', one({"match_phrase": {"message": 'say "no" \\ \n'}})),
        (
            "labelPairs:app.kubernetes.io/name=web",
            one({"match": {"labelPairs": "app.kubernetes.io/name=web"}}),
        ),
        # At the end it is no operator: it belongs to the value.
        ("message:one and", one({"match": {"message": "one and"}})),
        ("reason:BackOff\nand\tinvolvedObject.kind:Pod", {"bool": {"filter": [REASON, POD]}}),
    ],
)
def test_it_translates_as_dashboards_does(text: str, query: dict[str, Any]) -> None:
    assert translate(text) == query


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raeson:BackOff", "character 1, at 'raeson:BackOff': the index has no field raeson; reason?"),
        ("count > 1 and raeson:BackOff", "character 15"),
        ("metadata.labels:a", "kept, but not indexed"),
        ("reason:", "at its end: expected a field or a value"),
        ("(reason:BackOff", "at its end: expected `)`"),
        ("reason:BackOff)", "character 15, at ')': expected `and`, `or` or the end"),
        ('reason:"BackOff', "character 8, at '\"BackOff': no `\"` ends what begins here"),
        ("involvedObject:{kind:Pod}", "the index has no field involvedObject"),
        ("reason:{a:b}", "nested queries are outside of the subset"),
        ("involvedObject.*:web", "wildcards in the name of a field are outside of the subset"),
        ("reason:null", "null"),
        ("message:Liveness pro*", "wildcards in a value with blanks"),
        ("count > 1*", "a wildcard is no bound of a range"),
        ("reason:a:b", "expected `and`, `or` or the end"),
        # As in Dashboards: `not` and a blank is the operator wherever an unquoted text has it.
        ("message:cannot find", "expected `and`, `or` or the end"),
    ],
)
def test_what_is_no_query_of_the_subset_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(DqlError) as raised:
        translate(text)
    assert says in str(raised.value)


@given(st.text(alphabet='reason:count ()"*\\<>=andortm{}', max_size=30))
def test_it_always_answers_with_a_query_or_with_its_own_error(text: str) -> None:
    with suppress(DqlError):
        assert isinstance(translate(text), dict)
