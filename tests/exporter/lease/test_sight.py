"""What a replica keeps of the Leases that it has seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from exporter.lease.lease import Lease
from exporter.lease.sight import CLAIMS, Sight

FREE = Lease({"metadata": {"uid": "u", "resourceVersion": "1"}, "spec": {"holderIdentity": ""}})
BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_lease_that_may_be_looked_at_but_not_written_does_not_fill_the_memory() -> None:
    # GIVEN a free Lease that this replica claims again and again: it may not update it
    sight = Sight("me", 15.0, lambda: 0.0)
    claims = []
    for second in range(10 * CLAIMS):
        sight.observe(FREE)
        claims.append(sight.claim(FREE, BEGAN + timedelta(seconds=second)))
    # THEN those of the last minute are known again, if one of them was written after all
    assert all(sight.is_ours(claim) for claim in claims[-CLAIMS:])
    assert not any(sight.is_ours(claim) for claim in claims[:-CLAIMS])
