"""In each version, and as a reader where there are roles: what the panels of the dashboards find."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sandbox.opensearch import OpenSearchServer
from tests.dashboards.objects import ASKING, OFFERING, of_type
from tests.dashboards.panels import controls_offer_something, panel_shows_something, search_shows_something
from tests.dashboards.recorded_index import fill
from tests.fixtures.access import new_user
from tests.fixtures.leftovers import SECURITY
from tests.fixtures.opensearch_api import OpenSearchApi

pytestmark = pytest.mark.search

READER = "kube_events_reader"
ROLE = Path(__file__).parents[2] / "opensearch" / "roles" / f"{READER}.json"


def test_every_panel_saved_search_and_control_finds_something(
    search_server: OpenSearchServer, clean_search: OpenSearchApi
) -> None:
    # GIVEN the recorded events, and where there is security somebody who may read them and nothing else
    fill(clean_search)
    person = a_reader(clean_search) if search_server.admin else clean_search
    # THEN
    for visualization in ASKING:
        panel_shows_something(person, visualization)
    for search in of_type("search"):
        search_shows_something(person, search)
    for visualization in OFFERING:
        controls_offer_something(person, visualization)


def a_reader(administrator: OpenSearchApi) -> OpenSearchApi:
    """A new user with the role that people get."""
    reader = new_user(administrator, "reader")
    administrator.call("PUT", f"{SECURITY}/roles/{READER}", msgspec.json.decode(ROLE.read_bytes()))
    administrator.call("PUT", f"{SECURITY}/rolesmapping/{READER}", {"users": ["reader"]})
    return reader
