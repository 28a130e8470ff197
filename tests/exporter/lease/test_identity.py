"""Who a replica is, and where its Lease lies."""

from __future__ import annotations

from pathlib import Path

from exporter.lease.identity import lease_namespace, own_identity


def test_a_replica_is_called_after_its_pod_and_something_random() -> None:
    assert own_identity(None, host=lambda: "exporter-7d9f", random=lambda size: "ab" * size) == (
        "exporter-7d9f_abababababababab"
    )


def test_a_container_that_was_restarted_is_another_replica() -> None:
    assert own_identity(None) != own_identity(None)


def test_a_given_identity_is_taken_as_it_is() -> None:
    assert own_identity("blue") == "blue"


def test_the_lease_lies_in_the_pods_own_namespace(tmp_path: Path) -> None:
    own = tmp_path / "namespace"
    assert lease_namespace(None, own=own) == "kube-events"
    own.write_text("monitoring\n")
    assert lease_namespace(None, own=own) == "monitoring"
    assert lease_namespace("ops", own=own) == "ops"
