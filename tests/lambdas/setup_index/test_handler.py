"""setup_index on a real OpenSearch, and on one with index state management that is played over HTTP."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.identity import IndexPeriod
from lambdas.common.settings import SettingsError
from lambdas.setup_index.caller import SetupError
from lambdas.setup_index.definitions import contains, index_template, retention_policy
from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.opensearch import OpenSearchApi

Start = Callable[[str, Mapping[str, str]], Handler]


@pytest.fixture
def set_up(aws: Aws, cold_start: Start) -> Callable[..., Any]:
    """`set_up(url, **environment)`: a cold start and one invocation."""

    def invoke(url: str, *, seconds: float = 60, **environment: str) -> Any:
        settings = {
            "OPENSEARCH_ENDPOINT": url,
            "OPENSEARCH_AUTH": "sigv4",
            "RETENTION_DAYS": "30",
            **environment,
        }
        return cold_start("setup_index", settings)({"any": "input"}, LambdaContext(seconds))

    return invoke


class Ism:
    """As much of an OpenSearch with ISM as is asked for, over HTTP: it adds what the real one adds."""

    PATH = "/_plugins/_ism/policies/kube-events-retention"

    def __init__(self, http: HTTPServer) -> None:
        self.url = http.url_for("/")
        self.policy: dict[str, Any] | None = None
        self.seq_no = 0
        self.attached: list[str] = []
        self.failing = 0
        self.refusing_indices = 0
        self.managed: set[str] = set()
        """Indices that have a policy."""
        http.expect_request("/").respond_with_json({"version": {"number": "3.4.0"}})
        http.expect_request("/_index_template/kube-events").respond_with_handler(self._template)
        http.expect_request(self.PATH).respond_with_handler(self._policy)
        for action in ("add", "change_policy"):
            http.expect_request(f"/_plugins/_ism/{action}/kube-events-*").respond_with_handler(self._attach)

    def _template(self, request: Request) -> Response:
        if self.failing:
            self.failing -= 1
            return Response('{"error": {"type": "exception", "reason": "no manager"}}', status=503)
        return Response('{"acknowledged": true}')

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
        policy["states"][1]["actions"][0]["retry"] = {"count": 3, "backoff": "exponential", "delay": "1m"}
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


@pytest.fixture
def ism(httpserver: HTTPServer) -> Ism:
    return Ism(httpserver)


@pytest.mark.opensearch
def test_the_template_is_accepted_and_gives_new_indices_alias_and_mapping(
    clean_index: OpenSearchApi, set_up: Callable[..., Any]
) -> None:
    # WHEN
    summary = set_up(clean_index.url)
    # THEN
    assert summary["template"] == "put"
    clean_index.call("PUT", "/kube-events-2026.11.21/_create/1", {"count": 3, "unknown": {"field": 1}})
    made = clean_index.call("GET", "/kube-events-2026.11.21")["kube-events-2026.11.21"]
    assert made["aliases"] == {"kubernetes-events": {}}
    assert (
        made["mappings"]["properties"].keys() == index_template()["template"]["mappings"]["properties"].keys()
    )


@pytest.mark.opensearch
def test_setting_up_again_changes_nothing(clean_index: OpenSearchApi, set_up: Callable[..., Any]) -> None:
    first = set_up(clean_index.url)
    template = clean_index.call("GET", "/_index_template/kube-events")
    assert json.loads(json.dumps(set_up(clean_index.url))) == first
    assert clean_index.call("GET", "/_index_template/kube-events") == template


@pytest.mark.opensearch
def test_retention_on_the_real_server(clean_index: OpenSearchApi, set_up: Callable[..., Any]) -> None:
    # GIVEN a server with ISM; what Maven has comes without
    plugins = {each["component"] for each in clean_index.call("GET", "/_cat/plugins?format=json")}
    summary = set_up(clean_index.url)
    if "opensearch-index-management" not in plugins:
        # THEN the answer says so and nothing fails
        assert summary["policy"].startswith("not there: this OpenSearch has no index state management")
        pytest.skip("ISM was NOT tested on a real server: give one that has it as OPENSEARCH_URL")
    assert summary["policy"] in ("created", "updated", "unchanged")
    assert set_up(clean_index.url)["policy"] == "unchanged"
    assert set_up(clean_index.url, RETENTION_DAYS="31")["policy"] == "updated"


def test_a_policy_is_made_once_and_given_to_the_indices_there_are(
    ism: Ism, set_up: Callable[..., Any]
) -> None:
    assert set_up(ism.url)["policy"] == "created"
    assert set_up(ism.url)["policy"] == "unchanged"
    assert ism.seq_no == 1


def test_indices_that_a_failed_run_did_not_come_to_get_the_policy_in_the_next(
    ism: Ism, set_up: Callable[..., Any]
) -> None:
    # GIVEN
    ism.refusing_indices = 1
    with pytest.raises(SetupError, match=r"_ism/add/kube-events-\*: HTTP 400: status_exception: broken"):
        set_up(ism.url)
    # WHEN
    summary = set_up(ism.url)
    # THEN
    assert summary["policy"] == "unchanged"
    assert summary["indices"]["added"] == 2


def test_another_retention_updates_the_policy_and_the_indices_that_have_it(
    ism: Ism, set_up: Callable[..., Any]
) -> None:
    set_up(ism.url)
    summary = set_up(ism.url, RETENTION_DAYS="90")
    assert summary == {
        "version": "3.4.0",
        "template": "put",
        "policy": "updated",
        "indices": {
            "added": 0,
            "changed": 2,
            "refused": [{"index_name": "kube-events-2026.11.01", "reason": "This index is closed"}],
        },
    }
    assert ism.attached == ["add", "change_policy"] * 2


def test_a_busy_server_is_asked_again(ism: Ism, set_up: Callable[..., Any]) -> None:
    ism.failing = 1
    assert set_up(ism.url)["template"] == "put"


def test_a_server_that_stays_busy_fails_the_apply_with_its_reason(
    ism: Ism, set_up: Callable[..., Any]
) -> None:
    ism.failing = 99
    with pytest.raises(SetupError, match="PUT /_index_template/kube-events: HTTP 503: exception: no manager"):
        set_up(ism.url, seconds=3)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, '{"Message": "not authorized"}', 'GET /: HTTP 401: {"Message": "not authorized"}'),
        (200, "<html>login</html>", "GET /: the endpoint answers, but not as OpenSearch does"),
        (302, "", "GET /: HTTP 302"),
    ],
)
def test_a_wrong_endpoint_or_password_fails_the_apply_at_once(
    httpserver: HTTPServer, set_up: Callable[..., Any], status: int, body: str, reason: str
) -> None:
    httpserver.expect_request("/").respond_with_data(body, status=status)
    with pytest.raises(SetupError) as error:
        set_up(httpserver.url_for("/"))
    assert reason in str(error.value)


def test_an_unreachable_server_fails_the_apply(set_up: Callable[..., Any]) -> None:
    with pytest.raises(SetupError, match=r"GET /: http://127\.0\.0\.1:1: "):
        set_up("http://127.0.0.1:1", seconds=3)


def test_a_retention_of_nothing_is_refused(set_up: Callable[..., Any]) -> None:
    with pytest.raises(
        SettingsError, match="RETENTION_DAYS is '0': it must be a number of days from 1 to 3650"
    ):
        set_up("http://127.0.0.1:1", RETENTION_DAYS="0")


@pytest.mark.parametrize(("period", "age"), [("day", "31d"), ("week", "37d"), ("month", "61d")])
def test_no_document_is_deleted_before_its_retention_is_over(period: IndexPeriod, age: str) -> None:
    # An index is as old as its first document; its last one may be a whole period younger.
    [transition] = retention_policy(30, period)["policy"]["states"][0]["transitions"]
    assert transition["conditions"] == {"min_index_age": age}


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ({"a": 1, "added": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({}, {"a": None}, False),
        ([{"a": 1, "added": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        ("text", {"a": 1}, False),
        (None, [], False),
    ],
)
def test_what_a_server_adds_is_no_difference(found: Any, wanted: Any, expected: bool) -> None:
    assert contains(found, wanted) is expected
