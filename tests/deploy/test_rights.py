"""What the exporter may do in the cluster: the complete set of rights, for each way of installing it."""

from __future__ import annotations

from itertools import product

import pytest

from tests.deploy.conftest import Install

READ = ("get", "list", "watch")

LEASE = {
    ("kube-events", "coordination.k8s.io", "leases", "kube-events-exporter", verb)
    for verb in ("get", "update")
}

ENRICH = {
    "": ("persistentvolumeclaims", "pods", "replicationcontrollers", "services"),
    "apps": ("daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "networking.k8s.io": ("ingresses",),
}


def test_by_default_it_reads_events_and_pods_and_writes_one_lease(install: Install) -> None:
    assert install().rights() == LEASE | {
        ("*", "", resource, "*", verb) for resource in ("events", "pods") for verb in READ
    }


@pytest.mark.parametrize(
    ("namespaces", "pod_status", "enrich", "election"),
    list(product([(), ("shop", "kube-events")], [True, False], [True, False], [True, False])),
)
def test_settings_decide_about_rights(
    namespaces: tuple[str, ...], pod_status: bool, enrich: bool, election: bool, install: Install
) -> None:
    settings = {
        "namespaces": list(namespaces),
        "pod_status": pod_status,
        "enrich": enrich,
        "leader_election": election,
    }
    rendered = install(values={"settings": settings, "replicas": 2 if election else 1})
    places = namespaces or ("*",)
    expected = {(place, "", "events", "*", verb) for place in places for verb in READ}
    if pod_status:
        expected |= {(place, "", "pods", "*", verb) for place in places for verb in READ}
    if enrich:
        expected |= {
            (place, group, resource, "*", "get")
            for place in places
            for group, resources in ENRICH.items()
            for resource in resources
        }
        expected.add(("*", "", "nodes", "*", "get"))
    assert rendered.rights() == expected | (LEASE if election else set())


def test_nobody_may_get_secrets_or_config_maps(install: Install) -> None:
    rights = install(values={"settings": {"enrich": True}}).rights()
    assert not {resource for _, _, resource, _, _ in rights} & {"secrets", "configmaps", "*"}


def test_with_rbac_of_somebody_else_there_is_none(install: Install) -> None:
    rendered = install(
        values={"rbac": {"create": False}, "settings": {"enrich": True, "namespaces": ["shop"]}}
    )
    kinds = {item["kind"] for item in rendered.objects}
    assert not {kind for kind in kinds if "Role" in kind}
    # The Lease is no right: the exporter cannot make it.
    assert "Lease" in kinds
