"""Missing credentials: which of EKS' ways was taken, and where it ends."""

from __future__ import annotations

import pytest

from exporter.check.role import AGENT, IRSA, POD_IDENTITY, advice
from exporter.ship.errors import Misconfigured, NoCredentials, NotAllowed, SinkError, Unavailable

IN_CLUSTER = {"KUBERNETES_SERVICE_HOST": "10.100.0.1"}
AGENT_URI = {**IN_CLUSTER, POD_IDENTITY: f"http://{AGENT}/v1/credentials"}
TOKEN_FILE = {**IN_CLUSTER, IRSA: "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"}


@pytest.mark.parametrize(
    ("error", "environment", "said"),
    [
        (NoCredentials("x"), AGENT_URI, "does the add-on eks-pod-identity-agent run on this node"),
        (NoCredentials("x"), AGENT_URI, "169.254.170.23, port 80"),
        (NoCredentials("x"), AGENT_URI, "on Fargate it cannot"),
        (NoCredentials("x"), TOKEN_FILE, "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
        (NoCredentials("x"), IN_CLUSTER, "make an EKS Pod Identity association"),
        (NoCredentials("x"), {}, "outside of a cluster"),
        (NotAllowed("AccessDenied: sts:AssumeRoleWithWebIdentity"), TOKEN_FILE, "trust policy"),
        (NotAllowed("AccessDenied: kinesis:PutRecords"), IN_CLUSTER, "those of its node"),
    ],
)
def test_the_way_that_was_taken_is_said(error: SinkError, environment: dict[str, str], said: str) -> None:
    assert said in advice(error, environment)
    assert "\n" not in advice(error, environment)


@pytest.mark.parametrize(
    ("error", "environment"),
    [
        (NotAllowed("AccessDenied: kinesis:PutRecords"), AGENT_URI),
        (NotAllowed("AccessDenied: kinesis:PutRecords"), {}),
        (Misconfigured("no such stream"), IN_CLUSTER),
        (Unavailable("throttled"), IN_CLUSTER),
    ],
)
def test_an_error_that_says_it_all_needs_no_advice(error: SinkError, environment: dict[str, str]) -> None:
    assert advice(error, environment) == ""
