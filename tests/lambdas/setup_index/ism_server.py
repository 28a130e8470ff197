"""As much of an OpenSearch with ISM as setup_index sees, over HTTP: it adds what the real one adds."""

from __future__ import annotations

import copy
import json
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response


class Ism:
    """It starts empty, with three indices whose names are given where they matter."""

    POLICY = "/_plugins/_ism/policies/kube-events-retention"
    TEMPLATE = "/_index_template/kube-events"

    def __init__(self, http: HTTPServer) -> None:
        self.http = http
        self.url = http.url_for("/")
        self.template: dict[str, Any] | None = None
        self.policy: dict[str, Any] | None = None
        self.seq_no = 0
        self.attached: list[str] = []
        self.failing = 0
        self.refusing_indices = 0
        self.managed: set[str] = set()
        """Indices that have a policy."""
        self.mapping_versions: dict[str, int | None] = {}
        """Of the open indices."""
        self.extended: list[str] = []
        self.refuses_mappings = False
        http.expect_request("/").respond_with_json({"version": {"number": "3.4.0"}})
        http.expect_request(self.TEMPLATE).respond_with_handler(self._template)
        http.expect_request(self.POLICY).respond_with_handler(self._policy)
        for action in ("add", "change_policy"):
            http.expect_request(f"/_plugins/_ism/{action}/kube-events-*").respond_with_handler(self._attach)
        http.expect_request("/kube-events-*/_mapping").respond_with_handler(self._mappings)
        http.expect_request("/kube-events-*/_alias").respond_with_handler(self._aliases)

    def index(self, name: str, mapping_version: int | None) -> None:
        """An open index whose mapping carries this version, or none."""
        self.mapping_versions[name] = mapping_version
        self.http.expect_request(f"/{name}/_mapping", method="PUT").respond_with_handler(self._extend)

    def _template(self, request: Request) -> Response:
        if self.failing:
            self.failing -= 1
            return Response('{"error": {"type": "exception", "reason": "no manager"}}', status=503)
        if request.method == "PUT":
            self.template = json.loads(request.get_data())
            return Response('{"acknowledged": true}')
        if self.template is None:
            return Response('{"error": {"type": "resource_not_found_exception"}}', status=404)
        found = {"index_templates": [{"name": "kube-events", "index_template": self.template}]}
        return Response(json.dumps(found))

    def _policy(self, request: Request) -> Response:
        if request.method == "GET":
            if self.policy is None:
                return Response(
                    '{"error": {"type": "status_exception", "reason": "Policy not found"}}', status=404
                )
            return self._answer(200)
        expected = {"if_seq_no": str(self.seq_no), "if_primary_term": "1"} if self.policy else {}
        if request.args.to_dict() != expected:
            return Response('{"error": {"type": "version_conflict_engine_exception"}}', status=409)
        self.policy = json.loads(request.get_data())["policy"]
        self.seq_no += 1
        return self._answer(201)

    def _answer(self, status: int) -> Response:
        assert self.policy is not None
        policy = copy.deepcopy(self.policy) | {"policy_id": "kube-events-retention", "schema_version": 21}
        for action in [action for state in policy["states"] for action in state["actions"]]:
            action.setdefault("retry", {"count": 3, "backoff": "exponential", "delay": "1m"})
        policy["ism_template"][0]["last_updated_time"] = 1795227071281
        return Response(
            json.dumps({"_seq_no": self.seq_no, "_primary_term": 1, "policy": policy}), status=status
        )

    def _attach(self, request: Request) -> Response:
        if self.refusing_indices:
            self.refusing_indices -= 1
            return Response('{"error": {"type": "status_exception", "reason": "broken"}}', status=400)
        action = request.path.split("/")[3]
        self.attached.append(action)
        refused = {"kube-events-2026.11.01": "This index is closed"}
        for index in ("kube-events-2026.11.20", "kube-events-2026.11.21"):
            if action == "add" and index in self.managed:
                refused[index] = "This index already has a policy, use the update policy API"
            elif action == "change_policy" and index not in self.managed:
                refused[index] = "This index is not being managed"
            self.managed.add(index)
        failed = [{"index_name": name, "reason": reason} for name, reason in refused.items()]
        return Response(
            json.dumps({"updated_indices": 3 - len(failed), "failures": True, "failed_indices": failed})
        )

    def _mappings(self, request: Request) -> Response:
        # filter_path leaves out an index whose mapping has no _meta
        return Response(
            json.dumps(
                {
                    name: {"mappings": {"_meta": {"version": version}}}
                    for name, version in self.mapping_versions.items()
                    if version is not None
                }
            )
        )

    def _aliases(self, request: Request) -> Response:
        return Response(json.dumps({name: {"aliases": {}} for name in self.mapping_versions}))

    def _extend(self, request: Request) -> Response:
        if self.refuses_mappings:
            return Response('{"error": {"type": "illegal_argument_exception"}}', status=400)
        assert json.loads(request.get_data()).keys() == {"properties"}
        self.extended.append(request.path.split("/")[1])
        return Response('{"acknowledged": true}')
