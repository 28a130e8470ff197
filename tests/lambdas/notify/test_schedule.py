from __future__ import annotations

import pytest

from eventcore.backoff import Backoff
from eventcore.queue_message import hop
from lambdas.notify.channels.outcomes import Throttled, Unreachable
from lambdas.notify.schedule import UNREACHABLE, hide, wait


def at(draw: float) -> Backoff:
    return UNREACHABLE._replace(draw=lambda: draw)


@pytest.mark.parametrize(
    ("after", "earliest", "latest"),
    [(1, 1, 11), (30, 30, 60), (600, 600, 900), (3600, 3600, 3900)],
)
def test_throttled_waits_as_long_as_was_asked_and_then_spreads(
    after: float, earliest: float, latest: float
) -> None:
    assert wait(Throttled(after), attempt=1, backoff=at(0)) == earliest
    assert wait(Throttled(after), attempt=9, backoff=at(1)) == latest


@pytest.mark.parametrize(("attempt", "latest"), [(1, 30), (2, 60), (5, 480), (6, 900), (200, 900)])
def test_unreachable_backs_off_to_a_quarter_of_an_hour(attempt: int, latest: float) -> None:
    assert wait(Unreachable("x"), attempt=attempt, backoff=at(1)) == latest
    assert wait(Unreachable("x"), attempt=attempt, backoff=at(0)) == 5


@pytest.mark.parametrize(
    ("seconds", "delay"), [(-1, 0), (0, 0), (0.2, 1), (899.5, 900), (901, 900), (86_400, 900)]
)
def test_a_hop_is_never_longer_than_sqs_can_delay(seconds: float, delay: int) -> None:
    assert hop(seconds) == delay


def test_hiding_outlasts_any_claim_within_a_handful_of_receives() -> None:
    # GIVEN a claim that holds for a minute at most
    assert sum(hide(receives) for receives in range(1, 5)) > 62
    # THEN a death costs seconds at first, and never more than one claim's time
    assert hide(1) == 3
    assert [hide(receives) for receives in (4, 50, 241, 1000)] == [65] * 4
