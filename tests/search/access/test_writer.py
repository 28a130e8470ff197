"""The index function creates documents in our indices, and can do nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lambdas.setup_index.definitions import FILES, index_template
from sandbox.opensearch.security import random_password
from tests.events import failed, kinesis_batch
from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.events import event, raw_event
from tests.fixtures.leftovers import SECURITY
from tests.lambdas.rules import compiled
from tests.search.access.conftest import INDEX_FUNCTION, People
from tests.search.access.requests import CHANGES, INDEX, READS, bulk, refused, statuses
from tests.search.conftest import signing_in

pytestmark = pytest.mark.search

Start = Callable[[str, Mapping[str, str]], Handler]


def test_the_index_function_writes_as_the_writer(people: People, aws: Aws, cold_start: Start) -> None:
    # GIVEN the function itself, in an account of its own
    password = random_password()
    people.administrator.call(
        "PUT",
        f"{SECURITY}/internalusers/the-function",
        {"password": password, "backend_roles": [INDEX_FUNCTION]},
    )
    bucket = aws.bucket()
    handler = cold_start(
        "index_events",
        {
            "CONFIG_BUCKET": bucket,
            "DEAD_LETTERS_BUCKET": bucket,
            "RULES_KEY": aws.configuration(bucket, "rules", compiled()),
            "OPENSEARCH_ENDPOINT": people.administrator.url,
            **signing_in(("the-function", password)),
        },
    )
    batch = kinesis_batch(*(observation(number) for number in range(20)))
    # WHEN it writes, and writes the same again
    answers = [failed(handler(batch, LambdaContext())) for _ in range(2)]
    # THEN the day's index was made by the template, and holds every document once
    assert answers == [[], []]
    found = people.administrator.documents("kubernetes-events")
    assert len(found) == 21
    assert {hit["_version"] for hit in found} == {1}
    assert not aws.objects(bucket, "dead-letters/")


def test_the_writer_makes_the_next_index_and_the_template_gives_it_its_mapping(people: People) -> None:
    action = {"create": {"_index": "kube-events-2026.11.22", "_id": "1"}}
    assert statuses(people.writer, bulk(action, {"count": 1})) == {201}
    made = people.administrator.call("GET", "/kube-events-2026.11.22")["kube-events-2026.11.22"]
    assert made["aliases"] == {"kubernetes-events": {}}
    assert made["mappings"]["_meta"]["version"] == index_template()["version"]


def test_the_writer_reads_nothing_and_changes_nothing_that_is_there(people: People) -> None:
    before = people.administrator.documents()
    assert refused(people.writer, READS) == READS.keys()
    assert refused(people.writer, CHANGES) == CHANGES.keys()
    assert people.administrator.documents() == before


def test_the_writer_can_neither_delete_nor_update_nor_write_elsewhere_in_a_bulk(people: People) -> None:
    before = people.administrator.documents()
    here, elsewhere = {"_index": INDEX, "_id": "1"}, {"_index": "other-2026.11.21", "_id": "1"}
    assert statuses(people.writer, bulk({"delete": here})) == {403}
    assert statuses(people.writer, bulk({"update": here}, {"doc": {"reason": "Nothing"}})) == {403}
    assert statuses(people.writer, bulk({"create": elsewhere}, {"count": 1})) == {403}
    assert statuses(people.writer, bulk({"create": {"_index": ".kibana", "_id": "1"}}, {"count": 1})) == {403}
    assert statuses(people.writer, bulk({"create": here}, {"count": 1})) == {409}
    assert people.administrator.documents() == before


def test_no_permission_of_the_security_plugin_tells_creating_from_overwriting(people: People) -> None:
    # This is why the writer's role has indices:data/write/index, with which an id can be written anew. When a
    # server knows better this test fails, and the role can be made narrower.
    # GIVEN the narrower permission that Elasticsearch has
    role = json.loads((FILES / "roles" / "kube_events_writer.json").read_text())
    role["index_permissions"][0]["allowed_actions"] = [
        "indices:data/write/index:op_type/create",
        "indices:data/write/bulk*",
        "indices:admin/create",
    ]
    people.administrator.call("PUT", f"{SECURITY}/roles/kube_events_writer", role)
    # WHEN / THEN
    assert statuses(people.writer, bulk({"create": {"_index": INDEX, "_id": "2"}}, {"count": 1})) == {403}


def observation(number: int) -> Any:
    """An event with a resourceVersion of its own."""
    return event(metadata=raw_event()["metadata"] | {"resourceVersion": str(number)})
