"""The delivery record, on DynamoDB's conditions."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.notify.ledger import CLOCK_SKEW, KEPT, Claim, Ledger, Refusal
from tests.fixtures.receivers import Clock
from tests.fixtures.state_table import TABLE
from tests.lambdas.notify.stage import Stage

LEASE = 60.0


@pytest.fixture
def ledger(stage: Stage, clock: Clock) -> Ledger:
    return Ledger(stage.dynamodb, table=TABLE, now=clock)


def claim(
    ledger: Ledger, attempt: int = 1, message: str = "m", invocation: str = "i", redriven: bool = False
) -> Claim | Refusal:
    return ledger.claim(
        receiver="sre",
        notification="n",
        attempt=attempt,
        message_id=message,
        redriven=redriven,
        invocation=invocation,
        lease=LEASE,
    )


def claimed(ledger: Ledger, **who: Any) -> Claim:
    found = claim(ledger, **who)
    assert isinstance(found, Claim)
    return found


def test_a_claim_excludes_others_until_its_lease_ends(ledger: Ledger, clock: Clock) -> None:
    claimed(ledger)
    assert claim(ledger, invocation="other") == "claimed"
    clock.advance(LEASE + CLOCK_SKEW)
    assert claim(ledger, invocation="other") == "claimed"
    clock.advance(0.01)
    claimed(ledger, invocation="other")


def test_a_put_that_botocore_repeats_is_still_our_claim(ledger: Ledger) -> None:
    assert claimed(ledger) == claimed(ledger)


def test_what_was_told_is_told(ledger: Ledger, clock: Clock) -> None:
    ledger.delivered(claimed(ledger))
    clock.advance(86_400)
    for attempt in (1, 2, 99):
        assert claim(ledger, attempt=attempt, message="other") == "delivered"


def test_what_was_told_stays_told_though_the_claim_was_lost(ledger: Ledger, clock: Clock) -> None:
    # GIVEN one that tells so slowly that another one takes over
    slow = claimed(ledger)
    clock.advance(100)
    other = claimed(ledger, message="other")
    ledger.delivered(slow)
    # WHEN the other one puts it off or sets it aside, THEN that changes nothing
    ledger.put_off(other, attempt=2, not_before=0)
    ledger.set_aside(other)
    assert claim(ledger, attempt=9, message="third") == "delivered"


def test_after_a_copy_older_attempts_are_done(ledger: Ledger, clock: Clock) -> None:
    ledger.put_off(claimed(ledger), attempt=2, not_before=clock.now + 100)
    assert claim(ledger, attempt=1) == "superseded"
    assert claim(ledger, attempt=1, message="third") == "superseded"
    assert claimed(ledger, attempt=2, message="copy").not_before == pytest.approx(clock.now + 100)
    # THEN they are done while the copy is being told, too
    assert claim(ledger, attempt=1) == "superseded"


def test_who_has_lost_the_claim_cannot_put_off(ledger: Ledger, clock: Clock) -> None:
    dead = claimed(ledger)
    clock.advance(100)
    claimed(ledger, invocation="other")
    ledger.put_off(dead, attempt=2, not_before=0)
    assert claim(ledger, attempt=1, invocation="third") == "claimed"


def test_a_set_aside_message_is_done_but_its_redrive_is_welcome(ledger: Ledger) -> None:
    ledger.set_aside(claimed(ledger, message="original"))
    assert claim(ledger, message="original", invocation="again") == "superseded"
    assert claim(ledger, message="another of filter_events") == "superseded"
    assert claim(ledger, message="original", invocation="again", redriven=True) == "superseded"
    claimed(ledger, message="redriven", redriven=True)


def test_a_record_outlives_the_stream(stage: Stage, ledger: Ledger, clock: Clock) -> None:
    ledger.delivered(claimed(ledger))
    (record,) = stage.records()
    assert int(record["expires"]["N"]) == int(clock.now) + KEPT
    assert KEPT > 48 * 3600


def test_receivers_and_notifications_have_records_of_their_own(ledger: Ledger) -> None:
    common = {"attempt": 1, "message_id": "m", "redriven": False, "invocation": "i", "lease": 1.0}
    ledger.delivered(claimed(ledger))
    assert isinstance(ledger.claim(receiver="other", notification="n", **common), Claim)  # type: ignore[arg-type]
    assert isinstance(ledger.claim(receiver="sre", notification="o", **common), Claim)  # type: ignore[arg-type]
