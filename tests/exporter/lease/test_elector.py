"""One leads, the others wait, and a leader that cannot renew stops before it is replaced."""

from __future__ import annotations

import logging
from itertools import repeat
from pathlib import Path
from threading import Event, Thread

import pytest

from exporter.lease.elector import Elector
from exporter.lease.lease import CHECKPOINT
from exporter.lease.lease_api import LeaseApi
from exporter.lease.timings import Timings
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.watch.credentials import credentials
from exporter.watch.transport import Patience, Transport
from sandbox.cluster import ReplayServer
from tests.exporter.lease.conftest import Stage
from tests.exporter.lease.network import Way

QUICK = Way(0.005, 0.005)


def test_the_first_to_look_leads_and_the_other_waits(stage: Stage) -> None:
    one, two = stage.replica("one"), stage.replica("two")
    one.start()
    two.start(after=0.1)
    stage.time.run(120)
    assert (one.leads, two.leads) == (True, False)
    assert one.elector.leads
    assert not two.elector.leads
    assert (one.terms, two.terms) == ([[0.0]], [])


def test_the_record_is_the_one_that_client_go_writes(stage: Stage) -> None:
    one = stage.replica("one")
    one.start()
    stage.time.run(3)
    assert stage.lease.document["spec"] == {
        "holderIdentity": "one",
        "leaseDurationSeconds": 15,
        "acquireTime": "2026-11-21T12:00:00.000000Z",
        "renewTime": "2026-11-21T12:00:02.000000Z",
        "leaseTransitions": 1,
    }


def test_a_fraction_of_a_second_is_not_cut_off_the_lease(stage: Stage) -> None:
    one = stage.replica("one", timings=Timings(lease_duration=1.5, renew_deadline=1.0, retry_period=0.2))
    one.start()
    stage.time.run(1)
    assert stage.lease.document["spec"]["leaseDurationSeconds"] == 2


def test_a_released_lease_is_taken_within_one_period_and_with_its_checkpoint(stage: Stage) -> None:
    # GIVEN
    one, two = stage.replica("one"), stage.replica("two", draw=lambda _low, high: high)
    one.start()
    two.start(after=0.1)
    stage.time.run(60.5)
    # WHEN
    one.checkpoint = "the last one"
    one.release()
    stage.time.run(120)
    # THEN the wait of the released one ends at 62, and two looks at least every 2 s
    assert stage.holder == "two"
    assert 62.0 <= two.terms[0][0] <= 64.0
    assert two.given == ["the last one"]
    assert stage.lease.document["spec"]["leaseTransitions"] == 2


def test_the_lease_of_a_leader_that_died_is_taken_when_it_has_expired(stage: Stage) -> None:
    one, two = stage.replica("one"), stage.replica("two")
    one.start()
    two.start(after=0.1)
    stage.time.run(60.5)
    one.kill()
    stage.time.run(120)
    last_renewal, ((taken,), *_) = 60.0, two.terms
    assert last_renewal + 15.0 <= taken <= last_renewal + 15.0 + 2 * 2.0


def test_a_leader_that_is_cut_off_stops_before_another_one_begins(stage: Stage) -> None:
    # GIVEN
    one, two = stage.replica("one"), stage.replica("two")
    one.start()
    two.start(after=0.1)
    stage.time.run(60.5)
    # WHEN
    one.transport.down = lambda: True
    stage.time.run(120)
    # THEN it has stopped by the deadline that counts from its last renewal at 60
    ((_, stopped),), ((taken,),) = one.terms, two.terms
    assert stopped == 70.0
    assert taken >= 75.0
    assert one.reasons == ["the Lease was not renewed for 10 s: the network is down"]


def test_a_leader_that_was_cut_off_for_a_while_leads_on_if_nobody_took_the_lease(stage: Stage) -> None:
    one = stage.replica("one")
    one.checkpoint = "so far"
    one.start()
    stage.time.run(60.5)
    one.transport.down = lambda: stage.time.now < 72
    stage.time.run(120)
    assert [len(term) for term in one.terms] == [2, 1]
    assert one.given == [None, "so far"]
    assert stage.lease.document["spec"]["leaseTransitions"] == 1


def test_single_renewals_that_fail_do_no_harm(stage: Stage) -> None:
    one = stage.replica("one", ways=[QUICK, QUICK, *[QUICK, Way(there=99)] * 10, *repeat(QUICK, 5)])
    one.start()
    stage.time.run(120)
    assert [len(term) for term in one.terms] == [1]


def test_how_far_clocks_differ_does_not_matter(stage: Stage) -> None:
    one, two = stage.replica("one", clock_ahead=1e6), stage.replica("two", clock_ahead=-3e5)
    one.start()
    two.start(after=0.1)
    stage.time.run(60.5)
    assert (one.leads, two.leads) == (True, False)
    one.kill()
    stage.time.run(74.9)
    assert not two.leads
    stage.time.run(80)
    assert two.leads


def test_a_holder_of_our_own_name_is_somebody_else(stage: Stage) -> None:
    # GIVEN two replicas that were given one identity by mistake
    one, two = stage.replica("one", identity="same"), stage.replica("two", identity="same")
    one.start()
    two.start(after=0.1)
    # WHEN
    stage.time.run(60.5)
    # THEN
    assert (one.leads, two.leads) == (True, False)
    one.kill()
    stage.time.run(90)
    assert two.leads


def test_an_acquisition_whose_answer_was_lost_is_known_again(stage: Stage) -> None:
    one = stage.replica("one", ways=[QUICK, Way(back=99)])
    one.start()
    stage.time.run(10)
    assert one.leads
    assert stage.lease.document["spec"]["leaseTransitions"] == 1


def test_the_longer_duration_of_another_holder_is_respected(stage: Stage) -> None:
    slow = stage.replica("slow", timings=Timings(lease_duration=60, renew_deadline=40, retry_period=5))
    quick = stage.replica("quick")
    slow.start()
    quick.start(after=0.1)
    stage.time.run(7)
    slow.kill()
    stage.time.run(64.9)
    assert not quick.leads
    stage.time.run(70)
    assert quick.leads


def test_the_checkpoint_is_written_with_each_renewal_beside_what_others_wrote(stage: Stage) -> None:
    # GIVEN
    one = stage.replica("one")
    one.start()
    stage.time.run(5)
    assert stage.annotation is None
    # WHEN somebody annotates and labels the Lease under a leader
    stage.write("metadata", annotations={"theirs": "kept"}, labels={"helm": "kept too"})
    one.checkpoint = "1425"
    stage.time.run(10)
    # THEN
    metadata = stage.lease.document["metadata"]
    assert metadata["annotations"] == {"theirs": "kept", "kube-events/checkpoint": "1425"}
    assert metadata["labels"] == {"helm": "kept too"}
    assert [len(term) for term in one.terms] == [1]


def test_no_checkpoint_leaves_the_one_that_is_there_and_an_empty_one_removes_it(stage: Stage) -> None:
    one = stage.replica("one")
    one.checkpoint = "1425"
    one.start()
    stage.time.run(5)
    one.checkpoint = None
    stage.time.run(10)
    assert stage.annotation == "1425"
    one.checkpoint = ""
    stage.time.run(15)
    assert stage.annotation is None


def test_a_leader_that_sees_another_holder_stops_at_once(stage: Stage) -> None:
    one = stage.replica("one")
    one.start()
    stage.time.run(60.5)
    stage.write("spec", holderIdentity="an administrator")
    stage.time.run(63)
    assert one.terms[0] == [0.0, 62.0]
    assert one.reasons == ["the Lease is held by an administrator"]


def test_a_restored_backup_is_found_out_under_a_leader(stage: Stage) -> None:
    # GIVEN a leader whose Lease is in a backup
    one = stage.replica("one")
    one.start()
    stage.time.run(10)
    backup = stage.lease.document
    stage.time.run(60.5)
    # WHEN
    stage.lease.restore(backup)
    stage.time.run(70)
    # THEN it leads on
    assert one.histories_lost == 1
    assert [len(term) for term in one.terms] == [1]


def test_a_backup_of_an_earlier_leaders_time_brings_no_second_leader(stage: Stage) -> None:
    # GIVEN one who led when the backup was made, and another who leads now
    one, two = stage.replica("one"), stage.replica("two")
    one.start()
    two.start(after=0.1)
    stage.time.run(10)
    backup = stage.lease.document
    one.transport.down = lambda: 20 <= stage.time.now < 60
    stage.time.run(80.3)
    assert two.leads
    # WHEN the server is restored
    stage.lease.restore(backup)
    stage.time.run(120)
    # THEN the one does not take the record for its own, which nobody renews, but waits until it expires
    ((_, stopped), *_), terms = two.terms, [*one.terms, *two.terms]
    assert stopped <= 83.0
    assert [term[0] >= 95.0 for term in terms if term[0] > 80.0] == [True]


def test_a_lease_that_was_made_anew_ends_the_term_and_begins_another(stage: Stage) -> None:
    one = stage.replica("one")
    one.checkpoint = "1425"
    one.start()
    stage.time.run(60.5)
    stage.lease.remake()
    stage.time.run(70)
    assert [len(term) for term in one.terms] == [2, 1]
    assert one.given == [None, None]
    assert one.reasons == ["the Lease is held by nobody"]


def test_leaders_and_those_that_wait_are_ready_while_they_reach_the_lease(stage: Stage) -> None:
    one, two = stage.replica("one"), stage.replica("two")
    assert two.readiness.lacking() == {"elector": "the Lease was not read yet"}
    one.start()
    two.start(after=0.1)
    stage.time.run(30)
    assert (one.readiness.lacking(), two.readiness.lacking()) == ({}, {})
    # WHEN the network is down for both
    one.transport.down = two.transport.down = lambda: 30 < stage.time.now < 60
    stage.time.run(50)
    assert one.readiness.lacking() == two.readiness.lacking() == {"elector": "the network is down"}
    # THEN they are ready again when it is back
    stage.time.run(80)
    assert (one.readiness.lacking(), two.readiness.lacking()) == ({}, {})


def test_a_missing_lease_is_said_with_its_name_and_waited_for(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    one = stage.replica("one", lease="forgotten")
    one.start()
    stage.time.run(59)
    (said,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    reason = str(said.__dict__["reason"])
    assert reason.startswith("there is no Lease kube-events/forgotten: the chart makes it")
    assert one.readiness.lacking() == {"elector": reason}
    stage.time.run(130)
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 3


def test_a_release_of_who_does_not_lead_touches_nothing(stage: Stage) -> None:
    one, two = stage.replica("one"), stage.replica("two")
    one.start()
    two.start(after=0.1)
    stage.time.run(10)
    two.release()
    stage.time.run(60)
    assert one.leads
    assert stage.holder == "one"
    assert two.elector.release(within=0)


def test_a_release_over_a_broken_network_leaves_the_lease_to_expire(stage: Stage) -> None:
    one, two = stage.replica("one"), stage.replica("two")
    one.start()
    two.start(after=0.1)
    stage.time.run(10.5)
    one.transport.down = lambda: True
    one.release()
    stage.time.run(60)
    assert one.elector.release(within=0)
    assert two.terms[0][0] >= 25.0


@pytest.mark.parametrize("down", [False, True], ids=["well", "cut off"])
def test_the_pulse_never_stops_while_the_api_server_is_away(stage: Stage, down: bool) -> None:
    one = stage.replica("one")
    one.transport.down = lambda: down
    one.start()
    for second in range(1, 120):
        stage.time.run(second)
        assert not one.pulse.overdue()


def test_a_release_wakes_the_thread_and_gives_the_lease_back_at_once(
    lease_server: tuple[ReplayServer, Path],
) -> None:
    # GIVEN a leader by the real clock, which waits for its next renewal
    server, kubeconfig = lease_server
    server.lease.restore()
    leads = Event()
    elector = Elector(
        LeaseApi(
            Transport(credentials(str(kubeconfig), None), Patience()), "kube-events", "kube-events-exporter"
        ),
        Timings(),
        "one",
        Pulse(),
        Readiness(),
        checkpoint=lambda: "the last one",
        on_lead=lambda _checkpoint: leads.set(),
        on_lost=pytest.fail,
        on_history_lost=lambda: pytest.fail("nothing was restored"),
    )
    Thread(target=elector.run, daemon=True).start()
    assert leads.wait(30)
    # WHEN
    assert elector.release(within=30)
    # THEN
    document = server.lease.document
    assert document["spec"]["holderIdentity"] == ""
    assert document["metadata"]["annotations"] == {CHECKPOINT: "the last one"}
    assert not elector.leads
