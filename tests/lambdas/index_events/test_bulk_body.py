"""Bodies for _bulk stay below the limits of a request."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from lambdas.index_events.bulk_body import MAX_BODY_BYTES, MAX_DOCUMENTS, bulk_body, split_into_requests
from lambdas.index_events.document import Document


def document(number: int, size: int = 10) -> Document:
    return Document.holding(
        b'"' + b"x" * size + b'"', named=f"prod-eu:uid:{number}", index="kube-events-2026.11.21"
    )


def test_a_document_is_a_create_and_its_source() -> None:
    action, source = bulk_body([document(1)]).splitlines()
    assert json.loads(action) == {"create": {"_index": "kube-events-2026.11.21", "_id": "prod-eu:uid:1"}}
    assert source == document(1).source


def test_an_id_with_quotes_stays_one_line() -> None:
    # A cluster's name is chosen by people.
    odd = Document.holding(b"{}", named='a"b\nc:uid:1', index="kube-events-2026.11.21")
    action, _ = bulk_body([odd]).splitlines()
    assert json.loads(action)["create"]["_id"] == 'a"b\nc:uid:1'


@given(st.lists(st.integers(0, 240 * 1024), max_size=60))
def test_requests_are_within_the_limit_and_lose_or_reorder_nothing(sizes: list[int]) -> None:
    documents = [document(number, size) for number, size in enumerate(sizes)]
    groups = list(split_into_requests(documents, range(len(documents))))
    assert [position for group in groups for position in group] == list(range(len(documents)))
    for group in groups:
        assert group
        assert len(bulk_body([documents[position] for position in group])) <= MAX_BODY_BYTES


def test_a_request_has_a_bounded_number_of_documents() -> None:
    documents = [document(number) for number in range(MAX_DOCUMENTS + 1)]
    groups = list(split_into_requests(documents, range(len(documents))))
    assert [len(group) for group in groups] == [MAX_DOCUMENTS, 1]
