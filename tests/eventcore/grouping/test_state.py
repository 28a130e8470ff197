"""Sources of inhibition, the bytes of an item, and which group an event belongs to."""

from __future__ import annotations

import zlib

import pytest
from msgspec.structs import replace

from eventcore.event import ContainerExit, Owner
from eventcore.grouping.encoding import (
    StateError,
    decode_digest,
    decode_group,
    decode_sources,
    encode_state,
)
from eventcore.grouping.key import UNGROUPED, group_of, old_group_of
from eventcore.grouping.sources import MAX_OBJECTS, Sources, forget, note
from eventcore.rules.event_fields import leaf_paths
from tests.eventcore.grouping.play import NOW, ROUTE, Play, arrives, happened
from tests.fixtures.events import event


def noted(*objects: str, seconds: float = 3600.0, now: float = NOW) -> Sources:
    sources: Sources | None = None
    for name in objects:
        sources = note(sources, "source#1", name, now=now, seconds=seconds) or sources
    assert sources is not None
    return decode_sources(encode_state(sources))


def test_a_source_inhibits_for_as_long_as_it_is_kept_and_hardly_longer() -> None:
    sources = noted("node-1")
    assert sources.lasting(NOW + 3599)
    assert not sources.lasting(NOW + 3600 * 1.05 + 1)


def test_a_source_that_repeats_every_second_is_written_a_few_times_an_hour() -> None:
    sources: Sources | None = None
    writes = 0
    for second in range(3600):
        after = note(sources, "source#1", "node-1", now=NOW + second, seconds=3600.0)
        writes, sources = writes + (after is not None), after or sources
    assert writes <= 21


def test_an_inhibition_lasts_while_one_of_its_sources_does() -> None:
    sources = forget(noted("node-1", "node-2"), "node-1", at=NOW + 5)
    assert sources is not None
    assert sources.lasting(NOW + 10)
    sources = forget(sources, "node-2", at=NOW + 5)
    assert sources is not None
    assert not sources.lasting(NOW + 10)


def test_a_recovery_from_before_or_of_another_object_ends_no_source() -> None:
    assert forget(noted("node-1"), "node-1", at=NOW - 1) is None
    assert forget(noted("node-1"), "node-2", at=NOW + 1) is None
    assert forget(None, "node-1", at=NOW + 1) is None


def test_sources_are_bounded_and_forget_those_whose_time_is_over() -> None:
    sources = noted(*(f"node-{n}" for n in range(MAX_OBJECTS + 50)))
    assert len(sources.objects) == MAX_OBJECTS
    later = note(sources, "source#1", "node-x", now=NOW + 9000, seconds=60.0)
    assert later is not None
    assert list(later.objects) == ["node-x"]


def test_a_small_state_stays_as_it_is_and_a_large_one_is_compressed() -> None:
    play = Play()
    play.merge(arrives("a"))
    assert play.state is not None
    assert play.state[:1] == b"\x01"
    play.merge(*(arrives(str(n)) for n in range(100)))
    assert play.state[:1] == b"\x02"
    assert len(play.known.members) == 101


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "a state of format none; this release reads 01 and 02"),
        (b"\x07abc", "a state of format 07; this release reads 01 and 02"),
        (b"\x01abc", "a state that cannot be read"),
        (b"\x02abc", "a state that cannot be read"),
        (b"\x02" + zlib.compress(b"x" * 99)[:-5], "a state that is cut off, or far too large"),
        (b"\x02" + zlib.compress(bytes(17 * 1024 * 1024)), "a state that is cut off, or far too large"),
    ],
)
def test_bytes_that_are_no_state_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    for decode in (decode_group, decode_digest, decode_sources):
        with pytest.raises(StateError, match=reason):
            decode(data)


def test_any_field_of_an_event_can_make_groups() -> None:
    whole = replace(
        happened(labels={"team": "shop"}),
        related=None,
        synthetic=True,
        container=ContainerExit(name="app", exit_code=137, container_id="containerd://1", restart_count=2),
    )
    whole = replace(
        whole,
        involved_object=replace(whole.involved_object, owners=(Owner(kind="ReplicaSet", name="web-5"),)),
    )
    fields = [".".join(path) for path in leaf_paths()]
    fields = [field for field in fields if not field.endswith(("labels", "annotations"))]
    route = replace(ROUTE, group_by=(*fields, "involvedObject.labels.team", "metadata.labels.none"))
    values = dict(group_of(route, whole).values)
    assert values["container.containerID"] == "containerd://1"
    assert values["container.exitCode"] == "137"
    assert values["involvedObject.owners.kind"] == "ReplicaSet"
    assert (values["synthetic"], values["record"], values["lastSeen"]) == (
        "true",
        "event",
        "2026-11-21T02:00:00Z",
    )
    assert (values["involvedObject.labels.team"], values["metadata.labels.none"]) == ("shop", "")
    assert values["related.name"] == ""
    assert dict(group_of(route, happened()).values)["container.containerID"] == ""


def test_a_group_is_a_route_a_receiver_and_the_values_of_its_fields() -> None:
    route = replace(ROUTE, group_by=("reason",))
    key = group_of(route, happened("a")).key
    assert group_of(route, happened("b", namespace="pay")).key == key
    others = {
        group_of(route, event(reason="Unhealthy")).key,
        group_of(replace(route, receiver="ops"), happened()).key,
        group_of(replace(route, identity="other"), happened()).key,
        group_of(replace(route, group_by=("type",)), happened()).key,
    }
    assert len(others | {key}) == 5
    assert group_of(replace(route, route="route.routes[9]"), happened()).key == key


def test_a_route_that_groups_nothing_tells_problems_apart() -> None:
    ref = group_of(replace(ROUTE, group_by=("...",)), happened())
    assert tuple(name for name, _ in ref.values) == UNGROUPED


def test_old_events_of_a_receiver_are_one_group_that_speaks_rarely() -> None:
    ref = old_group_of(ROUTE, 1800.0)
    assert (ref.key, ref.values) == ("old#sre", ())
    assert (ref.route.group_by, ref.route.group_interval) == ((), 1800.0)
    assert old_group_of(replace(ROUTE, identity="other", group_interval=3600.0), 1800.0).key == ref.key
