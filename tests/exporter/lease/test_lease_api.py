"""GET and PUT of the Lease: within their time, and with errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from exporter.lease.in_time import Overdue, in_time
from exporter.lease.lease import Lease
from exporter.lease.lease_api import LeaseApi
from exporter.watch.credentials import credentials
from exporter.watch.errors import Conflict, Denied, NotFound, UnexpectedAnswer, Unreachable
from exporter.watch.transport import Patience, Transport
from tests.fixtures.cluster import SILENT, Answer, ScriptedApiServer, refusal

PATH = "/apis/coordination.k8s.io/v1/namespaces/ops/leases/exporter"


def document(**spec: Any) -> dict[str, Any]:
    """A Lease with things in it that the exporter knows nothing of."""
    return {
        "kind": "Lease",
        "apiVersion": "coordination.k8s.io/v1",
        "metadata": {
            "name": "exporter",
            "namespace": "ops",
            "uid": "u-1",
            "resourceVersion": "7",
            "annotations": {"theirs": "1"},
            "managedFields": [{"manager": "helm"}],
        },
        "spec": {"strategy": "OldestEmulationVersion", **spec},
    }


def answer(**spec: Any) -> Answer:
    return Answer(200, json.dumps(document(**spec)).encode())


@pytest.fixture
def leases(api_server: ScriptedApiServer, tmp_path: Path) -> LeaseApi:
    load = credentials(str(api_server.kubeconfig(tmp_path / "kubeconfig")), None)
    return LeaseApi(Transport(load, Patience()), "ops", "exporter")


def test_a_lease_that_nobody_ever_held_is_nobodys(leases: LeaseApi, api_server: ScriptedApiServer) -> None:
    api_server.answers(answer())
    lease = leases.get(5)
    assert (lease.holder, lease.uid, lease.version, lease.checkpoint) == ("", "u-1", "7", None)


def test_a_put_sends_the_whole_object_with_the_version_that_was_read(
    leases: LeaseApi, api_server: ScriptedApiServer
) -> None:
    api_server.answers(answer(holderIdentity="one", leaseTransitions=3), answer(holderIdentity="one"))
    leases.put(leases.get(5), 5)
    _, put = api_server.asked
    assert (put.method, put.path) == ("PUT", PATH)
    assert json.loads(put.body) == document(holderIdentity="one", leaseTransitions=3)


@pytest.mark.parametrize(
    ("refused", "error", "said"),
    [
        (
            refusal(404, "NotFound", 'leases.coordination.k8s.io "exporter" not found'),
            NotFound,
            "there is no Lease ops/exporter: the chart makes it, the exporter may not",
        ),
        (
            refusal(403, "Forbidden", "User cannot get resource"),
            Denied,
            "may not get Lease ops/exporter: the Role needs get and update on leases of coordination.k8s.io "
            "with the resourceName exporter, bound in namespace ops",
        ),
        (refusal(409, "Conflict", "modified"), Conflict, "409 Conflict modified"),
        (Answer(200, b'{"kind": "Lease"}'), UnexpectedAnswer, "the answer is no Lease"),
        (Answer(200, b"<html>"), UnexpectedAnswer, "the answer is no Lease"),
    ],
)
def test_a_refusal_says_what_is_missing(
    leases: LeaseApi, api_server: ScriptedApiServer, refused: Answer, error: type[Exception], said: str
) -> None:
    api_server.answers(refused)
    with pytest.raises(error) as caught:
        leases.get(5)
    assert str(caught.value).startswith(said)


def test_an_answer_that_does_not_come_is_not_waited_for(
    leases: LeaseApi, api_server: ScriptedApiServer
) -> None:
    api_server.answers(SILENT, answer(holderIdentity="one"))
    with pytest.raises(Unreachable):
        leases.get(0.05)
    # AND the next call is not in the way of the one that hangs
    assert leases.get(5).holder == "one"


def test_a_call_that_hangs_anywhere_is_left_behind(api_server: ScriptedApiServer, tmp_path: Path) -> None:
    # GIVEN a call whose look-up of a name hangs, say
    load = credentials(str(api_server.kubeconfig(tmp_path / "kubeconfig")), None)
    hangs = [True, False]

    def limited(work: Callable[[], bytes], seconds: float) -> bytes:
        return work() if not hangs.pop(0) else late()

    def late() -> bytes:
        raise Overdue

    leases = LeaseApi(Transport(load, Patience()), "ops", "exporter", in_time=limited)
    api_server.answers(answer(holderIdentity="one"))
    with pytest.raises(Unreachable, match=r"within 5\.0 s"):
        leases.get(5)
    assert leases.get(5).holder == "one"


def test_work_in_time_gives_its_result_or_its_error() -> None:
    assert in_time(lambda: 1, 5) == 1
    with pytest.raises(KeyError):
        in_time(lambda: {}["absent"], 5)


def test_work_that_takes_too_long_is_overdue() -> None:
    let_go = Event()
    with pytest.raises(Overdue):
        in_time(let_go.wait, 0.01)
    let_go.set()


def test_fields_that_the_election_does_not_know_survive_it() -> None:
    before = document()
    lease = Lease.decode(json.dumps(before).encode())
    assert json.loads(lease.encode()) == before
