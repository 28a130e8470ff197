"""The whole way on a small recording: Terraform, deployed zips, OpenSearch, an exporter that is killed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox.cluster import MAIN, SMALL, ReplayServer, load_recording
from sandbox.cluster.recording import Line
from sandbox.demo.account import Account, render
from sandbox.demo.cluster import RecordedCluster
from sandbox.demo.documents import Documents
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


def exporter_for(whole_way: Run, cluster: str, kubeconfig: Path, log: Path) -> ExporterProcess:
    return ExporterProcess(
        cluster=cluster,
        sink="kinesis",
        target=whole_way.deployment.target,
        kubeconfig=kubeconfig,
        environ=whole_way.parts.aws.environ,
        log=log,
    )


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
    """(uid, resourceVersion) of every document, without the cluster's name."""
    return {tuple(identity.split(":")[1:]) for identity in documents.ids()}


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
    assert (chime.delivered, chime.refused) == (chime.expected, 0)


def test_a_second_replay_changes_no_document_and_tells_nobody_again(
    whole_way: Run, account: Account, tmp_path: Path
) -> None:
    # GIVEN what the first pass has left
    assert isinstance(whole_way.cluster, RecordedCluster)
    server = whole_way.cluster.server
    before = whole_way.documents.versions()
    told = whole_way.parts.receivers.inbox.counts()
    offered = whole_way.parts.functions.metrics("kube-events-index-events")["DocumentsAlreadyThere"]
    # WHEN the same cluster is replayed from the start
    server.restart()
    kubeconfig, log = whole_way.cluster.kubeconfig, tmp_path / "exporter.log"
    with exporter_for(whole_way, whole_way.cluster_name, kubeconfig, log) as exporter:
        assert server.wait_until_finished(60)
        assert Patience().wait_for(
            lambda: (
                whole_way.parts.functions.metrics("kube-events-index-events")["DocumentsAlreadyThere"]
                >= offered + len(before)
            )
        )
        exporter.stop()
    assert Patience().wait_for(whole_way.parts.functions.idle)
    # THEN
    assert whole_way.documents.versions() == before
    assert whole_way.parts.receivers.inbox.counts() == told


def test_an_exporter_that_is_killed_in_the_middle_ends_with_the_same_documents(
    whole_way: Run, account: Account, tmp_path: Path
) -> None:
    # GIVEN a cluster of another name, and the large recording, standing still before a quiet stretch
    documents = Documents(whole_way.parts.search.url, "killed")
    recording = load_recording(MAIN)
    begin, end = quiet_stretch(recording.lines)
    before = sum(line.type != "DELETED" for line in recording.lines[:begin])
    with ReplayServer(MAIN, hold_at=begin) as server:
        expected = {tuple(observation) for observation in server.expected_observations()}
        kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")
        with exporter_for(whole_way, "killed", kubeconfig, tmp_path / "exporter.log") as exporter:
            assert Patience().wait_for(lambda: documents.count() == before)
            # WHEN it has read that stretch, and is killed before it has sent it, and started again
            server.hold(end)
            assert server.wait_until(end, 60)
            exporter.kill()
            stored_by_then = documents.count()
            server.resume()
            exporter.start()
            assert server.wait_until_finished(60)
            assert Patience().wait_for(lambda: documents.count() >= len(expected))
            exporter.stop()
    # THEN
    assert stored_by_then < len(expected)
    assert observed(documents) == expected
    assert len(documents.ids()) == len(expected)


def test_terraform_takes_everything_away_again(whole_way: Run, account: Account) -> None:
    assert whole_way.unmake().found == 0
