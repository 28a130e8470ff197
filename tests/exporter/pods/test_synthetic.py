"""What a synthetic event says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventcore.event import Event
from eventcore.identity import document_time
from tests.exporter.pods.conftest import NOW, Watcher
from tests.exporter.pods.kubelet import START, ended, pod, status

DELETED = {"metadata": {"deletionTimestamp": "2026-11-21T00:55:30Z"}}


def end(*, of: dict[str, Any] | None = None, **changes: Any) -> Event:
    """The event of a container's end, seen at the first look; `of` are changes of its Pod."""
    (event,) = Watcher().list(pod(ended(0, **changes), **(of or {})))
    return event


def test_a_kill_for_memory_says_who_where_and_at_which_limit() -> None:
    event = end()
    assert (event.reason, event.type, event.severity) == ("OOMKilled", "Warning", "high")
    assert event.involved_object.name == "checkout-78769cd565-bthdp"
    assert event.involved_object.field_path == "spec.containers{app}"
    assert event.node == "node-2.example.internal"
    assert event.container is not None
    assert event.container.memory_limit == "64Mi"
    assert event.message == (
        "Container app of Pod checkout-78769cd565-bthdp was killed for lack of memory (OOMKilled): "
        "exit code 137 (SIGKILL), memory limit 64Mi, ran for 46s"
    )


def test_it_is_marked_as_synthetic_and_says_who_made_it() -> None:
    event = end()
    assert event.synthetic
    assert event.source.component == event.reporting_component == "kube-events-exporter"
    # No name of a replica: the observation is the same whoever sees it.
    assert (event.source.host, event.reporting_instance) == ("", "")


def test_a_kill_without_a_limit_says_so() -> None:
    event = end(of={"spec": {"containers": [{"name": "app"}]}})
    assert "no memory limit of its own" in event.message
    assert event.container is not None
    assert event.container.memory_limit == ""


def test_a_limit_that_yaml_made_a_number_is_told_as_it_stands() -> None:
    event = end(of={"spec": {"containers": [{"name": "app", "resources": {"limits": {"memory": 67108864}}}]}})
    assert event.container is not None
    assert event.container.memory_limit == "67108864"


@pytest.mark.parametrize(
    ("changes", "of", "type_", "severity"),
    [
        ({"exitCode": 0, "reason": "Completed"}, {}, "Normal", "low"),
        ({"exitCode": 1, "reason": "Error"}, {}, "Warning", "medium"),
        ({"exitCode": 1, "reason": "Error"}, DELETED, "Warning", "medium"),
        # Killed by a probe, an eviction, or somebody on the node …
        ({"exitCode": 137, "reason": "Error"}, {}, "Warning", "medium"),
        ({"exitCode": 143, "reason": "Error"}, {}, "Warning", "medium"),
        # … or because the Pod is deleted: the kubelet's SIGTERM, and its SIGKILL when the time is over.
        ({"exitCode": 143, "reason": "Error"}, DELETED, "Normal", "low"),
        ({"exitCode": 137, "reason": "Error"}, DELETED, "Normal", "low"),
        ({"exitCode": 0, "signal": 15, "reason": "Error"}, DELETED, "Normal", "low"),
        ({"exitCode": 139, "reason": "Error"}, DELETED, "Warning", "medium"),
    ],
)
def test_an_exit_is_normal_when_the_work_was_done_or_the_pod_is_deleted(
    changes: dict[str, Any], of: dict[str, Any], type_: str, severity: str
) -> None:
    event = end(of=of, **changes)
    assert (event.reason, event.type, event.severity) == ("ContainerExited", type_, severity)


@pytest.mark.parametrize("exit_code", [137, 0])
def test_a_kill_for_memory_is_never_normal(exit_code: int) -> None:
    # A container can end well after the kernel has killed one of its processes.
    event = end(of=DELETED, exitCode=exit_code)
    assert (event.reason, event.type, event.severity) == ("OOMKilled", "Warning", "high")


@pytest.mark.parametrize(
    ("changes", "signal", "says"),
    [
        ({"exitCode": 143, "reason": "Error"}, 15, "exit code 143 (SIGTERM)"),
        ({"exitCode": 139, "reason": "Error"}, 11, "exit code 139 (SIGSEGV)"),
        ({"exitCode": 0, "signal": 9, "reason": "Error"}, 9, "exit code 0 (SIGKILL)"),
        ({"exitCode": 255, "reason": "Error"}, 0, "exit code 255 (Error)"),
        ({"exitCode": 128, "reason": "StartError"}, 0, "exit code 128 (StartError)"),
        ({"exitCode": 3, "reason": None}, 0, "exit code 3, ran for"),
        ({"exitCode": -1073741819, "reason": "Error"}, 0, "exit code -1073741819 (Error)"),
    ],
)
def test_the_signal_is_read_off_the_exit_code(changes: dict[str, Any], signal: int, says: str) -> None:
    event = end(**changes)
    assert event.container is not None
    assert event.container.signal == signal
    assert says in event.message


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (303, "5m3s"),
        (7800, "2h10m"),
        (86_400 * 3 + 60, "3d"),
        (90_000, "1d1h"),
    ],
)
def test_a_run_is_as_long_as_people_say(seconds: int, says: str) -> None:
    started = (START + timedelta(seconds=46 - seconds)).isoformat()
    assert end(startedAt=started).message.endswith(f"ran for {says}")


def test_it_happened_when_the_container_finished() -> None:
    event = end()
    finished = START + timedelta(seconds=46)
    assert event.first_seen == event.last_seen == event.metadata.creation_timestamp == finished
    assert event.received_at == NOW


@pytest.mark.parametrize("nothing", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", None])
def test_a_time_that_is_none_is_left_out(nothing: str | None) -> None:
    # containerd writes the latter as the start of a container that could not be started.
    event = end(startedAt=nothing, finishedAt=nothing)
    assert event.container is not None
    assert (event.container.started_at, event.container.finished_at) == (None, None)
    assert event.last_seen == event.metadata.creation_timestamp == NOW
    assert "ran for" not in event.message


@pytest.mark.parametrize(
    ("finished", "filed"),
    [
        ("2015-01-01T00:00:00Z", START - timedelta(seconds=20)),  # the Pod's creation
        ("2027-01-01T00:00:00Z", NOW),
        ("2026-11-21T00:55:44+02:00", START - timedelta(seconds=20)),
    ],
)
def test_a_node_with_a_wrong_clock_opens_no_index_of_another_time(finished: str, filed: datetime) -> None:
    event = end(finishedAt=finished)
    assert document_time(event) == filed
    # What the node said stays readable.
    assert event.last_seen == datetime.fromisoformat(finished).astimezone(UTC)


def test_what_a_container_said_at_its_end_stays_in_the_cluster() -> None:
    # A termination message may be the end of the container's log.
    event = end(message="password=hunter2")
    assert "hunter2" not in repr(event)


def test_what_a_runtime_writes_too_long_is_cut_and_named() -> None:
    event = end(reason="R" * 5000)
    assert event.container is not None
    assert len(event.container.reason) == 1024
    assert event.truncated == ("container.reason",)


def test_a_pod_that_runs_tells_nothing() -> None:
    assert Watcher().list(pod(status(3))) == []
