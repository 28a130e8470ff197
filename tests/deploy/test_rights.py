"""What the exporter may do in the cluster: the complete set of rights, for each way of installing it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from exporter.check.rights import needed, wanted
from scripts.chart.layout import COMBINATIONS
from tests.deploy.conftest import Install
from tests.deploy.rendered import settings_of

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


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_check_finds_no_right_missing(combination: str, install: Install, tmp_path: Path) -> None:
    # GIVEN the rights that `exporter check` asks for with these settings
    rendered = install(combination)
    settings = settings_of(rendered, tmp_path)
    asked = [*needed(settings), *wanted(settings)]
    # THEN the chart grants each
    granted = rendered.rights()
    for right in asked:
        places = {right.namespace or "*", "*"}
        for verb in right.verbs:
            wanted_rights = {(place, right.group, right.plural, right.name or "*", verb) for place in places}
            assert wanted_rights & granted, str(right)


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
