"""What happens to API servers: they are restarted, their history is compacted, their store is restored."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.cluster.replica import LogLine
from tests.cluster.scene import CHECKPOINT, Scene

pytestmark = pytest.mark.cluster

STOP_SECONDS = 60.0
"""Asked to end, the API server waits for open watches as long as for a request (conftest: 5 s)."""


def _says_that_history_is_lost(line: LogLine) -> bool:
    about = ("was restored or made anew", "is behind our resourceVersion")
    return line.get("level") == "ERROR" and any(each in line["message"] for each in about)


def test_everything_arrives_once_while_nothing_happens(scene: Scene) -> None:
    # GIVEN events that are older than the exporter, some of them repeated
    old = scene.writer.create(250)
    scene.writer.repeat(old[:50], times=2)
    # WHEN
    scene.replica().start()
    scene.rest()
    scene.writer.repeat(scene.writer.create(250), times=3)
    # THEN
    account = scene.settle()
    assert (account.duplicated, account.unknown) == (0, 0)
    # AND of the old ones only the states that the server had no more are missing
    assert (len(account.excused), account.gaps) == (100, 1)


@pytest.mark.parametrize("how", ["in order", "by a crash"])
def test_nothing_is_lost_when_the_api_server_is_restarted(scene: Scene, how: str) -> None:
    # GIVEN
    scene.replica().start()
    scene.writer.create(100)
    scene.rest()
    # WHEN
    scene.writer.create(300)
    if how == "in order":
        scene.plane.end_in_order("kube-apiserver", STOP_SECONDS)
    else:
        scene.plane.kill("kube-apiserver")
    scene.plane.start("kube-apiserver")
    scene.writer.create(100)
    # THEN the watch goes on where it was; if the server was away for longer than a leader holds out, from the
    # last checkpoint
    account = scene.settle()
    assert (len(account.excused), account.gaps) == (0, 1)


def test_after_a_compaction_only_what_is_new_is_sent(scene: Scene) -> None:
    # GIVEN an exporter that has come so far
    replica = scene.replica().start()
    names = scene.writer.create(300)
    scene.rest()
    assert replica.terminate().code == 0
    # WHEN events are repeated while it is away, and all of history is forgotten
    scene.writer.repeat(names[:40], times=3)
    scene.writer.create(60)
    scene.plane.store.compact()
    replica.start()
    # THEN it lists again, and sends the final states and nothing that it has sent before
    account = scene.settle()
    assert (len(account.excused), account.gaps, account.duplicated) == (80, 2, 0)


def test_a_compaction_while_the_way_is_closed_loses_nothing(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    names = scene.writer.create(200)
    scene.rest()
    # WHEN
    scene.proxy().refuse()
    scene.writer.repeat(names[:50], times=2)
    scene.plane.store.compact()
    scene.proxy().heal()
    # THEN
    account = scene.settle()
    assert (len(account.excused), account.gaps) == (50, 2)
    assert replica.running


def test_a_restored_store_is_noticed_by_the_leader_and_everything_is_sent_again(scene: Scene) -> None:
    # GIVEN a backup, and writes after it
    replica = scene.replica().start()
    names = scene.writer.create(150)
    scene.rest()
    scene.plane.save("backup")
    scene.writer.repeat(names[:50], times=2)
    scene.writer.create(150)
    scene.settle()
    before = Counter(scene.receiver.states())
    # WHEN
    scene.restore("backup")
    scene.writer.create(50)
    # THEN it is said,
    replica.wait_for(_says_that_history_is_lost, 60)
    # AND everything that the server holds is sent again
    held = set(scene.held().values())
    again = scene.receiver.wait_until(lambda: held <= (Counter(scene.receiver.states()) - before).keys(), 60)
    assert again
    scene.settle()
    # AND the watch works
    scene.writer.create(50)
    scene.settle()


def test_a_store_that_is_restored_while_nobody_looks_loses_nothing(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    names = scene.writer.create(150)
    scene.rest()
    scene.plane.save("backup")
    scene.writer.repeat(names[:50], times=2)
    scene.rest()
    # WHEN the Lease with its checkpoint is restored with the rest
    replica.terminate()
    scene.restore("backup")
    scene.writer.repeat(names[:20])
    scene.writer.create(50)
    replica.start()
    # THEN
    scene.settle()


def test_a_checkpoint_from_the_future_is_noticed_and_everything_is_sent(scene: Scene) -> None:
    # GIVEN a cluster that was built anew, with a Lease that was copied from the old one
    replica = scene.replica().start()
    scene.writer.create(120)
    scene.rest()
    replica.terminate()
    checkpoint = json.loads(scene.installation.lease()["metadata"]["annotations"][CHECKPOINT])
    checkpoint["events"] = {name: str(int(version) + 10**6) for name, version in checkpoint["events"].items()}
    scene.installation.annotate_lease({CHECKPOINT: json.dumps(checkpoint)})
    # WHEN
    replica.start()
    replica.wait_for(_says_that_history_is_lost, 30)
    scene.writer.create(50)
    # THEN everything comes, what had been sent before for a second time
    assert scene.settle().duplicated == 120
