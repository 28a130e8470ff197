"""`kube-events search` as a person of the security plugin, on every flavour of OpenSearch."""

from __future__ import annotations

import pytest

from sandbox.opensearch import OpenSearchServer
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.fixtures.reader import Person, new_person
from tests.fixtures.recorded import recorded_events
from tests.kube_events.search.conftest import Index, Run, Said, state

pytestmark = pytest.mark.search

EVER = ("--since", "100y", "--limit", "0", "-o", "jsonl")


@pytest.fixture
def as_person(run: Run, clean_search: OpenSearchApi, monkeypatch: pytest.MonkeyPatch) -> Run:
    def asked(person: Person, *arguments: str) -> Said:
        monkeypatch.setenv("KUBE_EVENTS_OPENSEARCH_PASSWORD", person.password)
        return run("--endpoint", clean_search.url, "--user", person.name, *arguments)

    return asked


def test_a_reader_searches_and_pages(
    search_server: OpenSearchServer, clean_search: OpenSearchApi, run: Run, as_person: Run
) -> None:
    # GIVEN more than a page, and where there is security somebody who may read it and nothing else
    Index(clean_search).put([*recorded_events(), *(state(f"more-{number}", number) for number in range(400))])
    if search_server.admin:
        said = as_person(new_person(clean_search, "reader", reads=True), *EVER, "--all")
    else:
        said = run("--endpoint", clean_search.url, "--auth", "none", *EVER, "--all")
    # THEN
    assert (said.code, said.err) == (0, "")
    assert len(said.documents) == 455 + 400


def test_who_may_not_read_is_told_which_role_does(secured_search: OpenSearchApi, as_person: Run) -> None:
    Index(secured_search).put(recorded_events())
    somebody = new_person(secured_search, "somebody", reads=False)
    said = as_person(somebody)
    assert said.code == 1
    assert "does not let us search (403): no permissions for [indices:data/read/search]" in said.err
    assert "it takes the role kube_events_reader" in said.err
    said = as_person(Person("somebody", "another password"))
    assert "does not accept this user and password (401)" in said.err
    assert said.out == ""


def test_without_signing_in_it_says_so(secured_search: OpenSearchApi, run: Run) -> None:
    said = run("--endpoint", secured_search.url, "--auth", "none")
    assert said.err == f"{secured_search.url} does not accept us without --auth (401)\n"


def test_a_reader_of_an_index_that_is_not_there_is_told_so(
    secured_search: OpenSearchApi, as_person: Run
) -> None:
    said = as_person(new_person(secured_search, "reader", reads=True))
    assert said.code == 1
    assert "has no alias kubernetes-events (404)" in said.err
