"""Roles, mappings and tenant: ours are as they should be, those of others as they were."""

from __future__ import annotations

import json

import pytest

from lambdas.setup_index.caller import SetupError
from lambdas.setup_index.definitions import FILES
from tests.fixtures.access import Access, new_user
from tests.fixtures.leftovers import SECURITY
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.search.access.conftest import ADMINISTRATOR, INDEX_FUNCTION, MANAGED, People
from tests.search.access.requests import INDEX
from tests.search.conftest import SetUp

pytestmark = pytest.mark.search


def test_setting_up_again_changes_nothing(secured_search: OpenSearchApi, set_up: SetUp) -> None:
    # GIVEN
    first = set_up(**MANAGED, ADMIN_BACKEND_ROLES=json.dumps([ADMINISTRATOR]))
    before = Access.of(secured_search)
    # WHEN
    second = set_up(**MANAGED, ADMIN_BACKEND_ROLES=json.dumps([ADMINISTRATOR]))
    # THEN
    assert set(first["access"].values()) <= {"created", "extended", "not there: this server has no such role"}
    assert set(second["access"].values()) <= {"unchanged", "not there: this server has no such role"}
    assert second["template"] == "unchanged"
    assert Access.of(secured_search) == before


def test_the_roles_and_mappings_of_others_stay_as_they_are(
    secured_search: OpenSearchApi, set_up: SetUp
) -> None:
    # GIVEN
    before = Access.of(secured_search)
    # WHEN
    set_up(**MANAGED, ADMIN_BACKEND_ROLES=json.dumps([ADMINISTRATOR]))
    # THEN an administrator more, and what has our names; nothing else
    after = Access.of(secured_search)
    assert before.internalusers == after.internalusers
    assert before.roles.items() <= after.roles.items()
    assert after.roles.keys() - before.roles.keys() == {"kube_events_writer", "kube_events_reader"}
    assert after.tenants.keys() - before.tenants.keys() == {"kube_events"}
    there, now = before.rolesmapping.pop("all_access"), after.rolesmapping.pop("all_access")
    assert now == there | {"backend_roles": [*there["backend_roles"], ADMINISTRATOR]}
    assert before.rolesmapping.items() <= after.rolesmapping.items()
    assert after.rolesmapping.keys() - before.rolesmapping.keys() == {
        "kube_events_writer",
        "kube_events_reader",
    }


def test_an_administrator_by_role_may_do_everything(secured_search: OpenSearchApi, set_up: SetUp) -> None:
    set_up(**MANAGED, ADMIN_BACKEND_ROLES=json.dumps([ADMINISTRATOR]))
    administrator = new_user(secured_search, "terraform", [ADMINISTRATOR])
    assert administrator.ask("GET", "/_cluster/settings").status == 200
    assert administrator.ask("PUT", f"/{INDEX}/_create/1", {"count": 1}).status == 201


def test_who_is_left_out_loses_the_role(people: People, set_up: SetUp) -> None:
    # GIVEN
    assert people.named_reader.ask("GET", "/kubernetes-events/_search").status == 200
    # WHEN
    summary = set_up(**MANAGED | {"READER_USERS": "[]"})
    # THEN
    assert summary["access"]["mapping kube_events_reader"] == "updated"
    assert people.named_reader.ask("GET", "/kubernetes-events/_search").status == 403
    assert people.operator.ask("GET", "/kubernetes-events/_search").status == 200


def test_who_was_added_by_a_set_of_roles_loses_the_role(people: People, set_up: SetUp) -> None:
    # GIVEN a mapping for whoever has all of several back-end roles, put by hand
    path = f"{SECURITY}/rolesmapping/kube_events_writer"
    by_hand = {"backend_roles": [INDEX_FUNCTION], "and_backend_roles": ["night", "shift"]}
    people.administrator.call("PUT", path, by_hand)
    # WHEN
    summary = set_up(**MANAGED)
    # THEN
    assert summary["access"]["mapping kube_events_writer"] == "updated"
    assert people.administrator.call("GET", path)["kube_events_writer"]["and_backend_roles"] == []


def test_a_role_that_somebody_widened_is_put_right(people: People, set_up: SetUp) -> None:
    # GIVEN
    path = f"{SECURITY}/roles/kube_events_reader"
    widened = json.loads((FILES / "roles" / "kube_events_reader.json").read_text())
    widened["index_permissions"][0]["allowed_actions"].append("indices:data/write/*")
    people.administrator.call("PUT", path, widened)
    # WHEN
    summary = set_up(**MANAGED)
    # THEN
    assert summary["access"]["role kube_events_reader"] == "updated"
    assert people.operator.ask("DELETE", f"/{INDEX}/_doc/1").status == 403


def test_access_of_somebody_else_is_left_alone(secured_search: OpenSearchApi, set_up: SetUp) -> None:
    before = Access.of(secured_search)
    assert "access" not in set_up(ACCESS="none")
    assert Access.of(secured_search) == before


def test_access_cannot_be_managed_without_the_security_plugin(
    open_search: OpenSearchApi, set_up: SetUp
) -> None:
    with pytest.raises(SetupError, match="ACCESS=manage needs the security plugin"):
        set_up(**MANAGED)
