"""How an index gets a newer mapping: what docs/index.md says is done, on a real server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eventcore.event import Cluster
from lambdas.index_events.bulk_body import bulk_body
from lambdas.index_events.document import Document, build_document
from scripts.packaging.sources import ROOT
from tests.fixtures.events import event, raw_event
from tests.fixtures.opensearch_api import OpenSearchApi

pytestmark = pytest.mark.search

PAGE = Path(ROOT / "docs" / "index.md").read_text(encoding="utf-8")
TEMPLATE = json.loads((ROOT / "opensearch" / "index-template.json").read_bytes())
OLD, NEW = "kube-events-2026.11.21", "kube-events-2026.11.21-v4"


def documented(start: str) -> tuple[str, str, Any]:
    """Method, path and body of the documented request that begins so."""
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    [block] = [each for each in blocks if each.startswith(start)]
    head, _, body = block.partition("\n")
    method, path = head.split()
    return method, path, json.loads(body) if body else None


def run(api: OpenSearchApi, start: str) -> Any:
    """Send what the page says."""
    return api.call(*documented(start))


def put_template(api: OpenSearchApi, properties: dict[str, Any]) -> None:
    """That of the repository, with other fields in place of some."""
    body = json.loads(json.dumps(TEMPLATE))
    body["template"]["mappings"]["properties"] |= properties
    api.call("PUT", "/_index_template/kube-events", body)


def observation(version: int) -> Document:
    cluster = Cluster(name="prod-eu", region="eu-central-1", account="123456789012")
    return build_document(
        event(cluster=cluster, metadata=raw_event()["metadata"] | {"resourceVersion": str(version)})  # type: ignore[arg-type]
    )


def write(api: OpenSearchApi, *documents: Document) -> list[int]:
    """What became of each."""
    items = api.call("POST", "/_bulk", bulk_body(documents))["items"]
    return [item["create"]["status"] for item in items]


def found(api: OpenSearchApi, index: str = "kubernetes-events", **term: str) -> set[str]:
    hits = api.documents(index, query={"term": dict(term)})
    return {hit["_id"].rpartition(":")[2] for hit in hits}


def test_added_fields_are_told_to_the_indices_that_are_there(clean_search: OpenSearchApi) -> None:
    # GIVEN an index of version 2, which knows the cluster by its name alone
    name_only = {"cluster": {"properties": {"name": {"type": "keyword", "ignore_above": 1024}}}}
    put_template(clean_search, name_only)
    assert write(clean_search, observation(1)) == [201]
    assert found(clean_search, **{"cluster.region": "eu-central-1"}) == set()
    # WHEN
    clean_search.call("PUT", "/kube-events-*/_mapping", TEMPLATE["template"]["mappings"])
    # THEN it is mapped as a new one
    assert write(clean_search, observation(2)) == [201]
    assert found(clean_search, **{"cluster.region": "eu-central-1"}) == {"2"}
    clean_search.call("PUT", "/_index_template/kube-events", TEMPLATE)
    clean_search.call("PUT", "/kube-events-new")
    mappings = clean_search.call("GET", "/kube-events-*/_mapping")
    assert mappings[OLD] == mappings["kube-events-new"]
    # WHEN a document from before is indexed again where it is
    again = {"doc": {}, "detect_noop": False}
    clean_search.call("POST", f"/{OLD}/_update/{observation(1).id}", again)
    # THEN it is found as well, and says what it said
    assert found(clean_search, **{"cluster.region": "eu-central-1"}) == {"1", "2"}
    sources = [hit["_source"] for hit in clean_search.documents(OLD)]
    assert sorted(map(str, sources)) == sorted(str(json.loads(observation(n).source)) for n in (1, 2))


def test_another_type_needs_another_index_which_takes_the_name_in_one_step(
    clean_search: OpenSearchApi,
) -> None:
    # GIVEN an index in which a field has another type than it is to have
    put_template(clean_search, {"reason": {"type": "text"}})
    assert write(clean_search, observation(1), observation(2)) == [201, 201]
    refused = clean_search.ask("PUT", f"/{OLD}/_mapping", TEMPLATE["template"]["mappings"])
    assert refused.status == 400
    assert "cannot be changed from type [text] to [keyword]" in str(refused.body)
    clean_search.call("PUT", "/_index_template/kube-events", TEMPLATE)
    # WHEN it goes as the page says
    run(clean_search, f"PUT /{OLD}/_settings")
    assert write(clean_search, observation(3)) == [403]
    run(clean_search, f"PUT /{NEW}\n")
    run(clean_search, 'POST /_aliases\n{"actions": [{"remove"')
    _, _, copying = documented("POST /_reindex")
    assert (copying["source"]["index"], copying["dest"]["index"]) == (OLD, NEW)
    copy(clean_search)
    # THEN meanwhile nothing is found twice
    assert len(clean_search.documents("kubernetes-events")) == 2
    # WHEN
    run(clean_search, 'POST /_aliases\n{\n  "actions"')
    # THEN what waited is written by the old name, once, and everything is found by the new type
    assert write(clean_search, observation(3), observation(1)) == [201, 409]
    assert found(clean_search, reason="BackOff") == {"1", "2", "3"}
    assert found(clean_search, OLD, reason="BackOff") == {"1", "2", "3"}
    assert {hit["_index"] for hit in clean_search.documents("kubernetes-events")} == {NEW}


def copy(api: OpenSearchApi) -> None:
    """What _reindex does, which is not in the distribution of the tests."""
    sources = [json.dumps(hit["_source"]).encode() for hit in api.documents(OLD)]
    names = [hit["_id"] for hit in api.documents(OLD)]
    copies = [
        Document.holding(source, named=name, index=NEW) for name, source in zip(names, sources, strict=True)
    ]
    assert set(write(api, *copies)) == {201}
