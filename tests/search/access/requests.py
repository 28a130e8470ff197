"""Requests that change something, and those that read: who may send which is what the tests here ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.opensearch.security import random_password
from tests.fixtures.leftovers import SECURITY
from tests.fixtures.opensearch_api import OpenSearchApi

INDEX = "kube-events-2026.11.21"

Requests = dict[str, tuple[str, str, Any]]
"""Method, path and body by what they do."""


def bulk(*lines: Any) -> bytes:
    """The body of a bulk."""
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def statuses(api: OpenSearchApi, body: bytes) -> set[int]:
    """Those of the items; that of the request if it was refused as a whole."""
    answer = api.ask("POST", "/_bulk", body)
    if answer.status != 200:
        return {answer.status}
    return {result["status"] for item in answer.body["items"] for result in item.values()}


CHANGES: Requests = {
    "a document is deleted": ("DELETE", f"/{INDEX}/_doc/1", None),
    "a document is updated": ("POST", f"/{INDEX}/_update/1", {"doc": {"reason": "Nothing"}}),
    "an index is deleted": ("DELETE", f"/{INDEX}", None),
    "all indices are deleted": ("DELETE", "/kube-events-*", None),
    "an index is closed": ("POST", f"/{INDEX}/_close", None),
    "an index is made elsewhere": ("PUT", "/other-2026.11.21", None),
    "a document is made elsewhere": ("PUT", "/other-2026.11.21/_create/1", {"count": 1}),
    "a mapping is changed": ("PUT", f"/{INDEX}/_mapping", {"properties": {"new": {"type": "keyword"}}}),
    "settings are changed": ("PUT", f"/{INDEX}/_settings", {"index": {"refresh_interval": "1s"}}),
    "an alias is made": ("PUT", f"/{INDEX}/_alias/mine", None),
    "our template is changed": ("PUT", "/_index_template/kube-events", {"index_patterns": ["kube-events-*"]}),
    "our template is deleted": ("DELETE", "/_index_template/kube-events", None),
    "a template is made": ("PUT", "/_index_template/kube-events-mine", {"index_patterns": ["mine-*"]}),
    "a role is changed": ("PUT", f"{SECURITY}/roles/kube_events_writer", {"cluster_permissions": ["*"]}),
    "a role is mapped": ("PUT", f"{SECURITY}/rolesmapping/all_access", {"users": ["index-function", "otto"]}),
    "a user is made": ("PUT", f"{SECURITY}/internalusers/mine", {"password": random_password()}),
    "settings of the cluster are changed": (
        "PUT",
        "/_cluster/settings",
        {"persistent": {"cluster.max_shards_per_node": 900}},
    ),
}
READS: Requests = {
    "a search": ("POST", "/kube-events-*/_search", {"query": {"match_all": {}}}),
    "a search by the alias": ("GET", "/kubernetes-events/_search", None),
    "an aggregation": (
        "POST",
        "/kubernetes-events/_search",
        {"size": 0, "aggs": {"reasons": {"terms": {"field": "reason"}}}},
    ),
    "a count": ("GET", "/kubernetes-events/_count", None),
    "a document": ("GET", f"/{INDEX}/_doc/1", None),
    "documents": ("POST", "/_mget", {"docs": [{"_index": INDEX, "_id": "1"}]}),
    "several searches": ("POST", "/_msearch", bulk({"index": "kubernetes-events"}, {"size": 1})),
    "the fields": ("GET", "/kubernetes-events/_field_caps?fields=*", None),
    "the mapping": ("GET", "/kube-events-*/_mapping", None),
    "the indices behind a pattern": ("GET", "/_resolve/index/kube*", None),
}


def refused(api: OpenSearchApi, requests: Requests) -> set[str]:
    """Which of these are answered with HTTP 403, or, if they ask for several, with refusals only."""
    answers = {name: api.ask(*request) for name, request in requests.items()}
    return {
        name
        for name, answer in answers.items()
        if answer.status == 403 or (answer.status == 200 and _refused_inside(answer.body))
    }


def allowed(api: OpenSearchApi, requests: Requests) -> set[str]:
    """Which of these are answered, without a refusal of any part."""
    answers = {name: api.ask(*request) for name, request in requests.items()}
    return {
        name
        for name, answer in answers.items()
        if answer.status == 200 and "security_exception" not in json.dumps(answer.body)
    }


def with_headers(api: OpenSearchApi, more: Mapping[str, str]) -> OpenSearchApi:
    """The same server and user, with more headers in each request."""
    return OpenSearchApi(api.url, api.http, {**api.headers, **more})


def _refused_inside(body: Any) -> bool:
    parts = body.get("docs") or body.get("responses") or []
    return bool(parts) and all(part.get("error", {}).get("type") == "security_exception" for part in parts)
