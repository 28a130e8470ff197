"""Timings that could bring two leaders, or lose one for nothing, are refused as client-go refuses them."""

from __future__ import annotations

import pytest

from exporter.lease.timings import Timings


def test_the_defaults_are_those_of_the_control_plane() -> None:
    timings = Timings()
    assert (timings.lease_duration, timings.renew_deadline, timings.retry_period) == (15.0, 10.0, 2.0)


@pytest.mark.parametrize(
    ("timings", "said"),
    [
        ({"lease_duration": 10}, "lease_duration is 10: it must be greater than renew_deadline, which is 10"),
        (
            {"renew_deadline": 2.4},
            "renew_deadline is 2.4: it must be greater than 1.2 times retry_period, which is 2",
        ),
        ({"retry_period": 0}, "retry_period is 0: it must be greater than 0"),
    ],
)
def test_what_client_go_refuses_is_refused(timings: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match="must be greater than") as refused:
        Timings(**timings)
    assert str(refused.value) == said
