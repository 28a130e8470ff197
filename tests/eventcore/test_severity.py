"""The built-in severities."""

from __future__ import annotations

import pytest

from eventcore.event import SEVERITIES
from eventcore.severity import builtin_severity
from eventcore.severity_table import SEVERITY_TABLE
from tests.fixtures.events import event

IP_EXHAUSTED = (
    'Failed to create pod sandbox: plugin type="aws-cni" failed (add): failed to assign an IP address'
)


def severity(reason: str, *, type_: str = "Warning", component: str = "", message: str = "") -> str:
    return builtin_severity(reason=reason, event_type=type_, component=component, message=message)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("high", severity("BackOff", component="kubelet", message="Back-off restarting failed container")),
        ("high", severity("BackOff", type_="Normal", component="kubelet", message="Back-off pulling image")),
        ("high", severity("Failed", component="kubelet", message="Error: ErrImagePull")),
        ("medium", severity("Failed", component="cert-manager-certificates-issuing")),
        ("low", severity("Failed", type_="Normal", component="cert-manager-certificates-issuing")),
        ("medium", severity("Unhealthy", message="Readiness probe failed: Liveness probe of another")),
        ("high", severity("Unhealthy", message="Liveness probe failed: HTTP probe failed with 500")),
        ("high", severity("Unhealthy", message="Startup probe errored: rpc error")),
        ("high", severity("Unhealthy", message="(combined from similar events): Liveness probe failed: x")),
        ("high", severity("FailedCreatePodSandBox", message="failed to setup network for sandbox")),
        ("critical", severity("FailedCreatePodSandBox", message=IP_EXHAUSTED)),
        ("critical", severity("NodeNotReady", type_="Normal", component="node-controller")),
        ("critical", severity("NodeNotReady", component="node-controller")),
        ("high", severity("NodeNotReady", type_="Normal", component="kubelet")),
        ("high", severity("NodeHasDiskPressure", type_="Normal", component="kubelet")),
        ("high", severity("FailedScheduling", component="default-scheduler")),
        ("medium", severity("FailedScheduling", component="karpenter")),
        ("critical", severity("SystemOOM", component="kubelet")),
        ("low", severity("InvalidDiskCapacity")),
        ("medium", severity("FailedBinding", type_="Normal")),
    ],
)
def test_the_table_decides_by_reason_and_by_conditions_inside_of_it(expected: str, found: str) -> None:
    assert found == expected


@pytest.mark.parametrize(
    ("type_", "expected"), [("Warning", "medium"), ("Normal", "low"), ("", "low"), ("Error", "medium")]
)
def test_a_reason_that_is_not_in_the_table_is_judged_by_its_type(type_: str, expected: str) -> None:
    assert severity("NobodyKnows", type_=type_) == expected


def test_an_event_carries_its_severity() -> None:
    assert event(reason="SystemOOM").severity == "critical"


def test_no_row_hides_another() -> None:
    # A bare row fits always, so it has to be the last of its reason.
    by_reason: dict[str, list[bool]] = {}
    for row in SEVERITY_TABLE:
        bare = not (row.components or row.message_starts or row.message_contains)
        by_reason.setdefault(row.reason, []).append(bare)
    assert [reason for reason, bare in by_reason.items() if any(bare[:-1])] == []


def test_every_row_has_an_area_and_a_known_severity() -> None:
    assert {row.severity for row in SEVERITY_TABLE} == set(SEVERITIES)
    assert all(row.area and row.reason for row in SEVERITY_TABLE)
