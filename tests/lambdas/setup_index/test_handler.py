"""setup_index on a real OpenSearch, and on one with index state management that is played over HTTP."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer

from lambdas.common.settings import SettingsError
from lambdas.setup_index.caller import SetupError
from lambdas.setup_index.definitions import index_template
from tests.fixtures.opensearch import OpenSearchApi
from tests.fixtures.standby_zones import standby_zones
from tests.lambdas.setup_index.conftest import SetUp
from tests.lambdas.setup_index.ism_server import Ism


@pytest.mark.opensearch
def test_the_template_is_accepted_and_gives_new_indices_alias_and_mapping(
    clean_index: OpenSearchApi, set_up: SetUp
) -> None:
    # WHEN
    summary = set_up(clean_index.url)
    # THEN
    assert summary["template"] == "created"
    clean_index.call("PUT", "/kube-events-2026.11.21/_create/1", {"count": 3, "unknown": {"field": 1}})
    made = clean_index.call("GET", "/kube-events-2026.11.21")["kube-events-2026.11.21"]
    assert made["aliases"] == {"kubernetes-events": {}}
    assert (
        made["mappings"]["properties"].keys() == index_template()["template"]["mappings"]["properties"].keys()
    )


@pytest.mark.opensearch
def test_setting_up_again_changes_nothing(clean_index: OpenSearchApi, set_up: SetUp) -> None:
    set_up(clean_index.url)
    template = clean_index.call("GET", "/_index_template/kube-events")
    assert set_up(clean_index.url)["template"] == "unchanged"
    assert clean_index.call("GET", "/_index_template/kube-events") == template


@pytest.mark.opensearch
def test_a_domain_with_standby_zones_takes_the_template_with_two_replicas_only(
    clean_index: OpenSearchApi, set_up: SetUp
) -> None:
    with standby_zones(clean_index):
        with pytest.raises(SetupError, match=r"PUT /_index_template/kube-events: HTTP 400: .*multiple of"):
            set_up(clean_index.url)
        assert set_up(clean_index.url, REPLICAS="0-2")["template"] == "created"
        assert set_up(clean_index.url, REPLICAS="0-2")["template"] == "unchanged"


@pytest.mark.opensearch
def test_retention_on_the_real_server(clean_index: OpenSearchApi, set_up: SetUp) -> None:
    # GIVEN a server with ISM; what Maven has comes without
    plugins = {each["component"] for each in clean_index.call("GET", "/_cat/plugins?format=json")}
    summary = set_up(clean_index.url)
    if "opensearch-index-management" not in plugins:
        # THEN the answer says so and nothing fails
        assert summary["policy"].startswith("not there: this server has no index state management")
        pytest.skip("ISM was NOT tested on a real server: give one that has it as OPENSEARCH_URL")
    assert summary["policy"] in ("created", "updated", "unchanged")
    assert set_up(clean_index.url)["policy"] == "unchanged"
    assert set_up(clean_index.url, RETENTION_DAYS="31")["policy"] == "updated"


def test_a_policy_is_made_once_and_given_to_the_indices_there_are(ism: Ism, set_up: SetUp) -> None:
    assert set_up(ism.url)["policy"] == "created"
    assert set_up(ism.url)["policy"] == "unchanged"
    assert ism.seq_no == 1


def test_indices_that_a_failed_run_did_not_come_to_get_the_policy_in_the_next(
    ism: Ism, set_up: SetUp
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


def test_another_retention_updates_the_policy_and_the_indices_that_have_it(ism: Ism, set_up: SetUp) -> None:
    set_up(ism.url)
    summary = set_up(ism.url, RETENTION_DAYS="90")
    assert summary == {
        "version": "3.4.0",
        "template": "unchanged",
        "policy": "updated",
        "mappings": {"current": 0, "older": 0, "older_named": [], "extended": []},
        "indices": {
            "added": 0,
            "changed": 2,
            "refused": [{"index_name": "kube-events-2026.11.01", "reason": "This index is closed"}],
        },
    }
    assert ism.attached == ["add", "change_policy"] * 2


def test_a_busy_server_is_asked_again(ism: Ism, set_up: SetUp) -> None:
    ism.failing = 1
    assert set_up(ism.url)["template"] == "created"


def test_a_server_that_stays_busy_fails_the_apply_with_its_reason(ism: Ism, set_up: SetUp) -> None:
    ism.failing = 99
    with pytest.raises(SetupError, match="GET /_index_template/kube-events: HTTP 503: exception: no manager"):
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
    httpserver: HTTPServer, set_up: SetUp, status: int, body: str, reason: str
) -> None:
    httpserver.expect_request("/").respond_with_data(body, status=status)
    with pytest.raises(SetupError) as error:
        set_up(httpserver.url_for("/"))
    assert reason in str(error.value)


def test_an_unreachable_server_fails_the_apply(set_up: SetUp) -> None:
    with pytest.raises(SetupError, match=r"GET /: http://127\.0\.0\.1:1: "):
        set_up("http://127.0.0.1:1", seconds=3)


def test_a_retention_of_nothing_is_refused(set_up: SetUp) -> None:
    with pytest.raises(
        SettingsError, match="RETENTION_DAYS is '0': it must be a number of days from 1 to 3650"
    ):
        set_up("http://127.0.0.1:1", RETENTION_DAYS="0")
