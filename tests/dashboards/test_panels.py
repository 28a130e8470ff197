"""Each panel, saved search and control asks a real server what Dashboards would ask, and gets something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3

from sandbox.opensearch import OpenSearchServer
from tests.dashboards.objects import ASKING, OFFERING, SavedObject, id_of, of_type
from tests.dashboards.panels import controls_offer_something, panel_shows_something, search_shows_something
from tests.dashboards.recorded_index import empty, fill
from tests.fixtures.opensearch_api import OpenSearchApi

pytestmark = pytest.mark.opensearch


@pytest.fixture(scope="module")
def filled(opensearch: OpenSearchServer) -> Iterator[OpenSearchApi]:
    """The recording, indexed once for all panels: none of them writes."""
    with urllib3.PoolManager(timeout=30, retries=False) as http:
        api = OpenSearchApi(opensearch.url, http)
        empty(api)
        fill(api)
        yield api
        empty(api)


@pytest.mark.parametrize("visualization", ASKING, ids=id_of)
def test_a_panel_shows_something(filled: OpenSearchApi, visualization: SavedObject) -> None:
    panel_shows_something(filled, visualization)


@pytest.mark.parametrize("search", of_type("search"), ids=id_of)
def test_a_saved_search_finds_something_for_each_column(filled: OpenSearchApi, search: SavedObject) -> None:
    search_shows_something(filled, search)


@pytest.mark.parametrize("visualization", OFFERING, ids=id_of)
def test_controls_offer_values(filled: OpenSearchApi, visualization: SavedObject) -> None:
    controls_offer_something(filled, visualization)
