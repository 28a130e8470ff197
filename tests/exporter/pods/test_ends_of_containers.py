"""Single looks at a Pod, and what each of them brings that was not told before."""

from __future__ import annotations

from typing import Any

from eventcore.event import ContainerExit, Event
from exporter.pods.states import everything_known, known_up_to
from tests.exporter.pods.conftest import Watcher
from tests.exporter.pods.kubelet import ended, pod, restarted, status, terminated


def exits(events: list[Event]) -> list[ContainerExit]:
    found = [event.container for event in events]
    assert None not in found
    return [one for one in found if one is not None]


def backing_off(restart_count: int, container_id: str) -> dict[str, Any]:
    return status(
        restart_count,
        newest=container_id,
        state={"waiting": {"reason": "CrashLoopBackOff"}},
        lastState={"terminated": terminated(container_id)},
    )


def test_a_kill_is_told_once_though_it_is_seen_in_three_states(watcher: Watcher) -> None:
    # GIVEN a container that runs
    assert watcher.see(pod(status(0))) == []
    # WHEN it is killed, waits, and is started again, as a kubelet writes it
    killed = watcher.see(pod(ended(0, "containerd://a")))
    waits = watcher.see(pod(backing_off(0, "containerd://a")))
    runs = watcher.see(pod(restarted(1, "containerd://a", "containerd://b")))
    # THEN the kill is told at the first of these looks
    assert [event.reason for event in killed] == ["OOMKilled"]
    assert (waits, runs) == ([], [])


def test_each_kill_of_a_crash_loop_is_told(watcher: Watcher) -> None:
    for number in range(4):
        told = watcher.see(pod(backing_off(number, f"containerd://{number}")))
        assert [one.restart_count for one in exits(told)] == [number]
        assert watcher.see(pod(restarted(number + 1, f"containerd://{number}", "containerd://new"))) == []


def test_an_end_that_is_only_seen_in_the_past_is_told(watcher: Watcher) -> None:
    watcher.see(pod(status(0)))
    (told,) = exits(watcher.see(pod(restarted(1, "containerd://a", "containerd://b"))))
    assert (told.container_id, told.restart_count, told.restarts) == ("containerd://a", 1, 1)


def test_of_several_kills_between_two_looks_the_last_is_told_and_how_far_the_count_moved(
    watcher: Watcher,
) -> None:
    watcher.see(pod(restarted(1, "containerd://a", "containerd://b")))
    (event,) = watcher.see(pod(restarted(4, "containerd://d", "containerd://e")))
    assert event.container is not None
    assert event.container.restarts == 3
    assert "2 earlier ends unseen" in event.message


def test_no_end_is_called_unseen_if_each_was_told(watcher: Watcher) -> None:
    # GIVEN an end told while restartCount did not count it yet
    watcher.see(pod(status(0)))
    watcher.see(pod(ended(0, "containerd://a")))
    # WHEN the next one is only seen after its restart
    (event,) = watcher.see(pod(restarted(2, "containerd://b", "containerd://c")))
    # THEN the count moved by two, and yet nothing is missing
    assert event.container is not None
    assert event.container.restarts == 2
    assert "unseen" not in event.message


def test_both_ends_that_one_look_shows_are_told_the_older_one_first(watcher: Watcher) -> None:
    watcher.see(pod(status(0)))
    both = ended(1, "containerd://b") | {"lastState": {"terminated": terminated("containerd://a")}}
    told = exits(watcher.see(pod(both)))
    assert [(one.container_id, one.restarts) for one in told] == [
        ("containerd://a", 1),
        ("containerd://b", 0),
    ]
    assert watcher.see(pod(both)) == []


def test_the_first_look_tells_without_saying_how_far_the_count_moved(watcher: Watcher) -> None:
    (told,) = exits(watcher.see(pod(restarted(7, "containerd://a", "containerd://b"))))
    assert told.restarts is None


def test_a_count_that_begins_anew_is_a_first_look_again(watcher: Watcher) -> None:
    # GIVEN a container with five restarts, whose node is rebooted and has lost its logs
    watcher.see(pod(restarted(5, "containerd://a", "containerd://b")))
    watcher.see(pod(status(0, newest="containerd://c")))
    # WHEN it ends, in an instance of which there has been one before
    (told,) = exits(watcher.see(pod(ended(0, "containerd://c"))))
    # THEN it is told, and counts from where the new count began
    assert (told.container_id, told.restarts) == ("containerd://c", 0)


def test_a_fall_of_the_count_that_shows_an_end_tells_it(watcher: Watcher) -> None:
    watcher.see(pod(restarted(5, "containerd://a", "containerd://b")))
    (told,) = exits(watcher.see(pod(ended(0, "containerd://c"))))
    assert told.restarts is None


def test_an_end_of_which_the_kubelet_knows_nothing_is_told_once(watcher: Watcher) -> None:
    # GIVEN a container that ran when its node went away
    watcher.see(pod(status(2, newest="containerd://a")))
    lost = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "message": "gone"}}
    waits = status(3, newest=None, state={"waiting": {"reason": "ContainerCreating"}}, lastState=lost)
    # WHEN the kubelet says so, with neither id nor times
    (event,) = watcher.see(pod(waits))
    # THEN it counts as ended when it was seen
    assert event.last_seen == event.received_at
    assert event.container is not None
    assert (event.container.reason, event.container.finished_at) == ("ContainerStatusUnknown", None)
    assert watcher.see(pod(waits)) == []


def test_an_end_that_comes_back_under_another_id_is_the_same_one(watcher: Watcher) -> None:
    # GIVEN a tool that plays a kubelet and makes up an id at each look, but none for the container itself
    watcher.see(pod(status(0, newest=None)))
    killed = status(0, newest=None, state={"terminated": terminated("containerd://one")})
    assert len(watcher.see(pod(killed))) == 1
    # THEN one step of the restart count is one event
    assert watcher.see(pod(restarted(1, "containerd://two", "containerd://three"))) == []
    assert len(watcher.see(pod(ended(1, "containerd://three")))) == 1


def test_init_containers_and_ephemeral_containers_are_told_as_what_they_are(watcher: Watcher) -> None:
    init = ended(0, "containerd://i", exitCode=0, reason="Completed") | {"name": "migrate"}
    debug = ended(0, "containerd://d", exitCode=1, reason="Error") | {"name": "debugger"}
    seen = pod(
        status(0),
        status={
            "containerStatuses": [status(0)],
            "initContainerStatuses": [init],
            "ephemeralContainerStatuses": [debug],
        },
        spec={"initContainers": [{"name": "migrate", "resources": {"limits": {"memory": "1Gi"}}}]},
    )
    first, second = watcher.see(seen)
    assert first.involved_object.field_path == "spec.initContainers{migrate}"
    assert second.involved_object.field_path == "spec.ephemeralContainers{debugger}"
    assert first.container is not None
    assert second.container is not None
    assert (first.container.init, first.container.memory_limit) == (True, "1Gi")
    assert (second.container.init, second.container.memory_limit) == (False, "")


def test_containers_of_one_pod_are_told_apart(watcher: Watcher) -> None:
    watcher.see(pod(status(0), status(0, name="proxy")))
    told = watcher.see(pod(ended(0, "containerd://a"), ended(0, "containerd://b") | {"name": "proxy"}))
    assert [one.name for one in exits(told)] == ["app", "proxy"]
    assert len({event.metadata.uid for event in told}) == 2


def test_a_pod_that_is_made_again_under_its_name_is_another_pod(watcher: Watcher) -> None:
    first = watcher.see(pod(ended(0, "containerd://a")))
    second = watcher.see(pod(ended(0, "containerd://b"), uid="other"))
    assert first[0].metadata.uid != second[0].metadata.uid
    assert len(second) == 1


def test_the_last_end_is_told_when_only_the_deletion_shows_it(watcher: Watcher) -> None:
    watcher.see(pod(status(0)))
    # WHEN the Pod is gone with its end in its last state
    told = watcher.see(pod(ended(0)), change="DELETED")
    # THEN it is told, and nothing is kept of the Pod
    assert len(told) == 1
    assert len(watcher.states) == 0


def test_a_pod_that_is_gone_without_a_line_is_forgotten_with_the_next_list(watcher: Watcher) -> None:
    watcher.see(pod(status(0)), pod(status(0), uid="stays"))
    watcher.list(pod(status(0), uid="stays"))
    assert len(watcher.states) == 1
    assert watcher.nodes.of("stays") == "node-2.example.internal"


def test_a_pod_seen_since_the_last_list_is_forgotten_too(watcher: Watcher) -> None:
    watcher.list(pod(status(0)))
    watcher.see(pod(status(0), version=500))
    watcher.list()
    assert len(watcher.states) == 0


def test_a_list_that_breaks_off_and_begins_again_tells_nothing_twice(watcher: Watcher) -> None:
    watcher.states.listed([pod(ended(0))])
    assert watcher.list(pod(ended(0))) == []
    assert len(watcher.events) == 1


def test_after_a_restart_only_pods_that_changed_since_the_checkpoint_are_told() -> None:
    # GIVEN a checkpoint at 407
    watcher = Watcher(known_up_to("407"))
    # WHEN the list shows one Pod of before and one of after
    told = watcher.list(pod(ended(0), version=407), pod(ended(0), version=408, uid="later"))
    # THEN the former is known
    assert [event.involved_object.uid for event in told] == ["later"]
    assert watcher.see(pod(restarted(1, "containerd://f297", "containerd://b"), version=410)) == []


def test_the_same_end_is_the_same_observation_to_another_replica() -> None:
    # GIVEN an end that one replica saw at once, and another one after its restart and a change of the Pod
    (first,) = Watcher().list(pod(ended(0, "containerd://a"), version=407))
    (second,) = Watcher().list(pod(restarted(1, "containerd://a", "containerd://b"), version=999))
    assert first.metadata == second.metadata
    assert (first.last_seen, first.reason) == (second.last_seen, second.reason)


def test_a_start_that_wants_only_what_comes_tells_no_end_of_before() -> None:
    watcher = Watcher(everything_known)
    assert watcher.list(pod(ended(0, "containerd://a"))) == []
    assert len(watcher.see(pod(ended(1, "containerd://b")))) == 1
    # AND a later list is not a start
    assert len(watcher.list(pod(ended(0, "containerd://c"), uid="new"))) == 1


def test_after_lost_history_all_is_told_again_under_the_same_identity() -> None:
    # GIVEN a Pod that a checkpoint made known, and then a server that was restored from a backup
    watcher = Watcher(known_up_to("407"))
    (before,) = watcher.list(
        pod(ended(0, "containerd://a"), version=407), pod(ended(0, "containerd://b"), version=408, uid="b")
    )
    watcher.states.forget()
    # WHEN it is listed anew, under a version of the other history
    told = watcher.list(
        pod(ended(0, "containerd://a"), version=3), pod(ended(0, "containerd://b"), version=4, uid="b")
    )
    # THEN nothing rests on versions of before
    assert len(told) == 2
    assert before.metadata == told[1].metadata
    assert watcher.shipped.versions[-3:] == ["forgotten", "", "400"]


def test_a_checkpoint_that_is_no_number_knows_nothing() -> None:
    assert not known_up_to("")("1")
    assert not known_up_to("12")("x")


def test_the_versions_that_the_checkpoint_may_stand_at_are_handed_on() -> None:
    watcher = Watcher()
    # WHEN a list is read, and then a line without an end, one with an end and a bookmark together
    watcher.list(pod(ended(0), version=399), version="400")
    watcher.see(pod(status(0), version=401, uid="other"))
    watcher.see(pod(status(0), version=402), pod(ended(0, "containerd://n"), version=403))
    watcher.see(pod(version=409, uid=""), change="BOOKMARK")
    # THEN no version comes from within the list, and each piece of the watch leads to its last line's
    assert watcher.shipped.versions == ["", "400", "401", "403", "409"]


def test_a_pod_without_uid_is_passed_over(watcher: Watcher) -> None:
    assert watcher.see(pod(ended(0), uid="")) == []
    assert len(watcher.states) == 0
