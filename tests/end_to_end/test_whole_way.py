"""The whole way on small recordings: Terraform, deployed zips, OpenSearch, exporters that are killed or
replaced."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from exporter.lease.lease import CHECKPOINT
from sandbox.cluster import MAIN, PODS, SMALL, ReplayServer, load_recording
from sandbox.cluster.lease import NAMESPACE
from sandbox.cluster.recording import Line
from sandbox.demo.account import Account, render
from sandbox.demo.cluster import RecordedCluster
from sandbox.demo.documents import Documents
from sandbox.demo.ends import ContainerEnd, ends_shown, ends_told
from sandbox.demo.exporter_process import ExporterProcess
from sandbox.demo.options import Options
from sandbox.demo.outcome import Patience
from sandbox.demo.progress import Progress
from sandbox.demo.run import Run

pytestmark = [pytest.mark.end_to_end, pytest.mark.opensearch, pytest.mark.terraform]


@pytest.fixture(scope="module")
def whole_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Everything deployed, nothing shipped yet."""
    with ExitStack() as stack:
        options = Options(recordings=(SMALL,))
        yield Run(options, Progress(io.StringIO()), tmp_path_factory.mktemp("demo"), stack)


@pytest.fixture(scope="module")
def account(whole_way: Run) -> Account:
    """What became of the first pass of the recording."""
    return whole_way.ship()


INDEX = "kube-events-index-events"

SHORT_LEASE = ("--lease-duration", "6", "--renew-deadline", "4", "--retry-period", "0.5")
"""So that a test need not wait long for a Lease to expire, nor for a checkpoint to be written."""


def exporter_for(whole_way: Run, cluster: str, kubeconfig: Path, log: Path, *flags: str) -> ExporterProcess:
    return ExporterProcess(
        cluster=cluster,
        sink="kinesis",
        target=whole_way.deployment.target,
        kubeconfig=kubeconfig,
        lease_namespace=NAMESPACE,
        environ=whole_way.parts.aws.environ,
        log=log,
        flags=(*SHORT_LEASE, *flags),
    )


def at_rest(whole_way: Run) -> bool:
    """Nothing is on its way but timers of problems that go on."""
    return whole_way.parts.functions.idle(timers=False)


def events_told(whole_way: Run) -> Counter[str]:
    """How many events each receiver has heard of in all. One that is told again as still going on is none."""
    told: Counter[str] = Counter()
    for message in whole_way.parts.receivers.accepted():
        told[message.receiver] += message.total.events
    return told


def already_there(whole_way: Run) -> int:
    """Documents that came once more and were already stored."""
    return int(whole_way.parts.functions.metrics(INDEX).get("DocumentsAlreadyThere", 0))


def checkpoint(server: ReplayServer) -> tuple[int, int]:
    """Up to which versions of events and Pods the exporter says that it has shipped all."""
    annotation = server.lease.document["metadata"].get("annotations", {}).get(CHECKPOINT, "{}")
    found = json.loads(annotation)
    return int(found.get("events", {}).get("", 0)), int(found.get("pods", {}).get("", 0))


def quiet_stretch(lines: Sequence[Line]) -> tuple[int, int]:
    """The longest stretch without a DELETED in which each line is of another object.

    A list at its end still shows everything that a killed exporter has read in it.
    """
    best, start = (0, 0), 0
    for end in range(1, len(lines) + 1):
        while (
            lines[end - 1].type == "DELETED"
            or len({each.meta.uid for each in lines[start:end]}) < end - start
        ):
            start += 1
            if start == end:
                break
        best = max(best, (start, end), key=lambda stretch: stretch[1] - stretch[0])
    return best


def observed(documents: Documents) -> set[tuple[str, ...]]:
    """(uid, resourceVersion) of every document but those of containers' ends."""
    return {
        (event.metadata.uid, event.metadata.resource_version)
        for event in documents.events()
        if not event.synthetic
    }


def holder(server: ReplayServer) -> str:
    """Who holds the Lease."""
    return str(server.lease.document["spec"].get("holderIdentity", ""))


def ends_in(server: ReplayServer) -> frozenset[ContainerEnd]:
    """The ends of containers that the recorded Pods show."""
    states = (line for line in server.pods.recording.lines if line.type != "BOOKMARK")
    return ends_shown(json.loads(line.object) for line in states)


def test_every_observation_is_stored_once_and_everybody_is_told(account: Account) -> None:
    assert account.balanced, render(account, {})
    assert account.entries[0].expected == 146
    assert {delivery.receiver for delivery in account.deliveries if delivery.expected} == {
        "ops-mail",
        "sre-chime",
        "sre-dingtalk",
        "sre-dingtalk-keyword",
    }


def test_a_throttled_message_was_delivered_later(account: Account) -> None:
    (chime,) = [delivery for delivery in account.deliveries if delivery.receiver == "sre-chime"]
    assert chime.throttled >= 1
    assert (chime.told, chime.refused) == (chime.expected, 0)


def test_what_kubernetes_writes_no_event_of_is_stored_and_told_too(account: Account) -> None:
    found = {entry.what: entry.found for entry in account.entries}
    assert found["ends of containers that have to be stored"] == 14
    assert found["heartbeats, counted and not stored"] >= 1


def test_a_second_replay_changes_no_document_and_tells_nobody_again(
    whole_way: Run, account: Account, tmp_path: Path
) -> None:
    # GIVEN what the first pass has left
    assert isinstance(whole_way.cluster, RecordedCluster)
    server = whole_way.cluster.server
    before = whole_way.documents.versions()
    told = events_told(whole_way)
    offered = already_there(whole_way)
    # WHEN the cluster is restored from a backup that was made before all of it, and replayed
    server.restart()
    kubeconfig, log = whole_way.cluster.kubeconfig, tmp_path / "exporter.log"
    with exporter_for(whole_way, whole_way.cluster_name, kubeconfig, log) as exporter:
        whole_way.cluster.wait()
        assert Patience().wait_for(lambda: already_there(whole_way) >= offered + len(before))
        exporter.stop()
    assert Patience().wait_for(lambda: at_rest(whole_way))
    # THEN
    assert whole_way.documents.versions() == before
    assert events_told(whole_way) == told


def test_an_exporter_that_is_killed_in_the_middle_goes_on_from_its_checkpoint(
    whole_way: Run, account: Account, tmp_path: Path
) -> None:
    # GIVEN a cluster of another name, and the large recording, standing still before a quiet stretch
    documents = Documents(whole_way.parts.search.url, "killed")
    recording = load_recording(MAIN)
    begin, end = quiet_stretch(recording.lines)
    before = sum(line.type != "DELETED" for line in recording.lines[:begin])
    with ReplayServer(MAIN, pods=(PODS,), hold_at=begin) as server:
        expected = {tuple(observation) for observation in server.expected_observations()}
        ends = ends_in(server)
        kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")
        with exporter_for(whole_way, "killed", kubeconfig, tmp_path / "exporter.log") as exporter:
            assert Patience().wait_for(lambda: documents.count() == before + len(ends))
            shipped = recording.lines[begin - 1].version, server.pods.recording.lines[-1].version
            assert Patience().wait_for(
                lambda: all(now >= wanted for now, wanted in zip(checkpoint(server), shipped, strict=True))
            )
            resent = already_there(whole_way)
            # WHEN it has read that stretch, and is killed before it has sent it, and started again
            server.hold(end)
            assert server.wait_until(end, 60)
            exporter.kill()
            stored_by_then = documents.count()
            server.resume()
            exporter.start()
            assert server.wait_until_finished(60)
            assert Patience().wait_for(lambda: documents.count() >= len(expected) + len(ends))
            exporter.stop()
        assert Patience().wait_for(lambda: at_rest(whole_way))
    # THEN
    assert stored_by_then < len(expected) + len(ends)
    assert observed(documents) == expected
    assert sorted(ends_told(documents.events())) == sorted(ends)
    # AND what was shipped before that stretch, some hundred states, was not sent again
    assert already_there(whole_way) - resent <= end - begin


def test_of_two_exporters_the_second_goes_on_where_the_first_was_stopped(
    whole_way: Run, account: Account, tmp_path: Path
) -> None:
    # GIVEN two replicas, one of which leads
    documents = Documents(whole_way.parts.search.url, "replicas")
    resent = already_there(whole_way)
    middle = len(load_recording(MAIN)) // 2
    # Without a 410: where one had read on without sending, a list would not show the other what was there.
    with ReplayServer(MAIN, pods=(PODS,), hold_at=middle, gone_at=-1) as server, ExitStack() as stack:
        expected = {tuple(observation) for observation in server.expected_observations()}
        ends = ends_in(server)
        kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")

        def replica(name: str) -> ExporterProcess:
            process = exporter_for(
                whole_way, "replicas", kubeconfig, tmp_path / f"{name}.log", "--identity", name
            )
            return stack.enter_context(process)

        first = replica("first")
        assert Patience().wait_for(lambda: holder(server) == "first")
        second = replica("second")
        assert server.wait_until(middle, 60)
        # WHEN the one that leads is stopped while it reads on
        server.resume()
        figures = [first.stop()]
        assert server.wait_until_finished(60)
        assert Patience().wait_for(lambda: documents.count() >= len(expected) + len(ends))
        assert holder(server) == "second"
        figures.append(second.stop())
        assert holder(server) == ""
        assert Patience().wait_for(lambda: at_rest(whole_way))
    # THEN nothing is missing, and what was sent twice was absorbed
    assert observed(documents) == expected
    assert sorted(ends_told(documents.events())) == sorted(ends)
    sent = sum(each["sent"] - each["heartbeats"] for each in figures)
    assert already_there(whole_way) - resent == sent - len(documents.ids())


def test_terraform_takes_everything_away_again(whole_way: Run, account: Account) -> None:
    assert whole_way.unmake().found == 0
