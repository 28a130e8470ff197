"""The flavour is what it claims to be: what the other tests marked `search` stand on."""

from __future__ import annotations

import os
import socket

import pytest
import urllib3

from sandbox.opensearch import OpenSearchServer
from sandbox.opensearch.flavour import flavour_of
from tests.fixtures.access import Access, new_user
from tests.fixtures.leftovers import SECURITY
from tests.fixtures.opensearch_api import OpenSearchApi

pytestmark = pytest.mark.search


def test_the_server_is_of_the_flavour_asked_for(
    search_server: OpenSearchServer, clean_search: OpenSearchApi
) -> None:
    if (flavour := flavour_of(os.environ)) is None:
        pytest.skip("no flavour was asked for: SEARCH_VERSION and SEARCH_SECURITY are not set")
    assert clean_search.call("GET", "/")["version"]["number"] == flavour.version
    assert (search_server.admin is not None) == flavour.security


def test_without_security_anybody_gets_in(open_search: OpenSearchApi) -> None:
    open_search.call("PUT", "/kube-events-2026.11.21/_create/1", {"count": 1})
    assert [hit["_id"] for hit in open_search.as_nobody().documents()] == ["1"]


def test_with_security_nobody_gets_in_but_who_signs_in(
    search_server: OpenSearchServer, secured_search: OpenSearchApi
) -> None:
    # GIVEN
    secured_search.call("PUT", "/kube-events-2026.11.21/_create/1", {"count": 1})
    assert search_server.admin is not None
    name, password = search_server.admin
    # WHEN somebody does not sign in, or with another password, or with those that everybody knows
    strangers = [
        secured_search.as_nobody(),
        secured_search.as_user(name, f"{password}x"),
        secured_search.as_user("admin", "admin"),
        secured_search.as_user("readall", "readall"),
    ]
    # THEN
    assert [api.ask("GET", "/kube-events-*/_search").status for api in strangers] == [401] * 4
    assert [hit["_id"] for hit in secured_search.documents()] == ["1"]


def test_a_user_of_a_test_may_do_nothing_that_was_not_granted(secured_search: OpenSearchApi) -> None:
    # GIVEN a user whom no test gave a role
    somebody = new_user(secured_search, "somebody")
    # WHEN / THEN he is known, and that is all
    assert somebody.ask("GET", "/_plugins/_security/authinfo").status == 200
    assert somebody.ask("PUT", "/kube-events-2026.11.21/_create/1", {"count": 1}).status == 403
    assert somebody.ask("GET", "/_cluster/settings").status == 403


def test_users_roles_tenants_and_mappings_are_put_back_after_a_test(secured_search: OpenSearchApi) -> None:
    # GIVEN
    before = Access.of(secured_search)
    # WHEN a test adds one of each, and changes a mapping that was there
    new_user(secured_search, "somebody", backend_roles=["arn:aws:iam::123456789012:role/people"])
    for path, body in (
        ("roles/some_role", {"cluster_permissions": ["indices:data/write/bulk"]}),
        ("tenants/some_tenant", {"description": "made by a test"}),
        ("rolesmapping/some_role", {"backend_roles": ["some"]}),
        ("rolesmapping/all_access", {"backend_roles": ["admin", "arn:aws:iam::123456789012:role/admin"]}),
    ):
        secured_search.call("PUT", f"{SECURITY}/{path}", body)
    before.restore(secured_search)
    # THEN
    assert Access.of(secured_search) == before


def test_a_killed_server_comes_back_at_its_address_with_its_data(
    search_server: OpenSearchServer, clean_search: OpenSearchApi
) -> None:
    if search_server.pid is None:
        pytest.skip("the server at OPENSEARCH_URL is not ours to kill")
    # GIVEN
    clean_search.call("PUT", "/kube-events-2026.11.21/_create/1", {"count": 1})
    killed = search_server.pid
    # WHEN
    search_server.kill()
    # THEN nobody answers, and nobody else can be given the port
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        clean_search.ask("GET", "/")
    with socket.socket() as other, pytest.raises(OSError, match="Address already in use"):
        other.bind(("127.0.0.1", int(search_server.url.rpartition(":")[2])))
    # WHEN
    search_server.restart()
    # THEN
    assert search_server.pid != killed
    assert [hit["_id"] for hit in clean_search.documents()] == ["1"]
