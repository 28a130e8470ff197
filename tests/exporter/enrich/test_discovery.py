"""Discovery: two requests tell where everything is, many on old servers, and none is made for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exporter.enrich.discovery import ACCEPT, REFRESH_SECONDS, RETRY_SECONDS, Discovery, Resource
from exporter.enrich.reference import Reference
from exporter.watch.errors import Unreachable
from exporter.watch.transport import Transport
from tests.exporter.enrich.conftest import ObjectServer
from tests.fixtures.cluster import Answer, refusal
from tests.fixtures.receivers import Clock


def reference(kind: str, api_version: str = "") -> Reference:
    return Reference(api_version, kind, "shop", "web", "")


@pytest.mark.parametrize(("aggregated", "requests"), [(True, 2), (False, 6)])
def test_kinds_are_found_once_for_all(
    objects: ObjectServer, transport: Callable[[], Transport], clock: Clock, aggregated: bool, requests: int
) -> None:
    objects.aggregated = aggregated
    discovery = Discovery(clock=clock)
    way = transport()
    found = {
        (version, kind): discovery.resource(reference(kind, version), way)
        for version, kind in (
            ("v1", "Pod"),
            ("", "Pod"),
            ("v1", "Node"),
            ("apps/v1", "ReplicaSet"),
            ("", "Till"),
            ("shop.example.com/v1beta1", "Till"),
            ("v1", "Binding"),
            ("v1", "Till"),
            ("", ""),
        )
    }
    assert found == {
        ("v1", "Pod"): Resource("/api/v1", "pods", True),
        ("", "Pod"): Resource("/api/v1", "pods", True),
        ("v1", "Node"): Resource("/api/v1", "nodes", False),
        ("apps/v1", "ReplicaSet"): Resource("/apis/apps/v1", "replicasets", True),
        ("", "Till"): Resource("/apis/shop.example.com/v1", "tills", True),
        ("shop.example.com/v1beta1", "Till"): Resource("/apis/shop.example.com/v1beta1", "tills", True),
        ("v1", "Binding"): None,  # it can only be created
        ("v1", "Till"): None,
        ("", ""): None,
    }
    assert len(objects.asked) == requests
    assert objects.asked[0].headers["Accept"] == ACCEPT


def test_an_unknown_kind_makes_it_read_again_but_not_all_the_time(
    objects: ObjectServer, transport: Callable[[], Transport], clock: Clock
) -> None:
    discovery, way = Discovery(clock=clock), transport()
    for _ in range(3):
        assert discovery.resource(reference("Invented"), way) is None
    assert len(objects.asked) == 2
    clock.now += REFRESH_SECONDS
    assert discovery.resource(reference("Pod"), way)
    assert len(objects.asked) == 2
    assert discovery.resource(reference("Invented"), way) is None
    assert len(objects.asked) == 4


def test_a_failure_is_said_until_it_is_tried_again(
    objects: ObjectServer, transport: Callable[[], Transport], clock: Clock
) -> None:
    objects.answers["/apis"] = refusal(503, "ServiceUnavailable")
    discovery, way = Discovery(clock=clock), transport()
    for _ in range(2):
        with pytest.raises(Unreachable, match="503"):
            discovery.resource(reference("Pod"), way)
    assert len(objects.asked) == 2
    del objects.answers["/apis"]
    clock.now += RETRY_SECONDS
    assert discovery.resource(reference("Pod"), way)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"kind":"APIGroupDiscoveryList","items":5}'])
def test_what_is_no_list_of_resources_is_said(
    objects: ObjectServer, transport: Callable[[], Transport], clock: Clock, body: bytes
) -> None:
    objects.answers["/api"] = Answer(200, body)
    with pytest.raises(Exception, match="/api is no list of resources"):
        Discovery(clock=clock).resource(reference("Pod"), transport())


def test_an_aggregated_server_that_is_down_does_not_hide_the_others(
    objects: ObjectServer, transport: Callable[[], Transport], clock: Clock
) -> None:
    objects.aggregated = False
    objects.answers["/apis/apps/v1"] = refusal(503)
    discovery, way = Discovery(clock=clock), transport()
    assert discovery.resource(reference("ReplicaSet", "apps/v1"), way) is None
    assert discovery.resource(reference("Till"), way)


def test_a_name_is_quoted_in_a_path() -> None:
    assert Resource("/api/v1", "pods", True).path(Reference("v1", "Pod", "a b", "c?d#e", "")) == (
        "/api/v1/namespaces/a%20b/pods/c%3Fd%23e"
    )
    assert Resource("/api/v1", "nodes", False).path(reference("Node")) == "/api/v1/nodes/web"
