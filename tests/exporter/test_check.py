"""`check`: what `run` needs, tried and said in one line each."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from exporter.check import check
from exporter.settings import Settings
from sandbox.cluster import SMALL, ReplayServer
from tests.fixtures.aws import REGION, Aws
from tests.fixtures.cluster import Answer, ScriptedApiServer, Watch, list_page, refusal

VERSION = Answer(200, b'{"gitVersion":"v1.36.3"}')


def settings(kubeconfig: Path) -> Settings:
    return Settings(
        cluster="demo", sink="kinesis", stream="kube-events", region=REGION, kubeconfig=str(kubeconfig)
    )


def test_all_is_well(aws: Aws, tmp_path: Path) -> None:
    assert aws.endpoint
    boto3.client("kinesis").create_stream(StreamName="kube-events", ShardCount=2)
    lines: list[str] = []
    with ReplayServer(SMALL) as server:
        code = check(settings(server.kubeconfig(tmp_path / "kubeconfig")), lines.append)
    assert (code, lines) == (
        0,
        [
            f"ok      API server: {server.url} is Kubernetes v1.36.3; events may be listed and watched\n",
            f"ok      sink: Kinesis stream kube-events in {REGION} is ACTIVE, 2 open shards\n",
        ],
    )


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((VERSION, refusal(403, "Forbidden", "cannot list resource events")), "403 Forbidden cannot list"),
        (
            (VERSION, list_page(version=1), refusal(403, "Forbidden", "cannot watch resource events")),
            "403 Forbidden cannot watch",
        ),
        ((refusal(404),), "404"),
        ((Answer(200, b"<html>"),), "is no Kubernetes API server"),
        ((Answer(200, b'{"gitVersion":"\xff"}'),), "is no Kubernetes API server"),
        ((Watch((b'{"gitVersion":',), "cut"),), "broke off: ProtocolError"),
    ],
)
def test_every_failure_is_said_and_does_not_hide_the_next(
    aws: Aws,
    api_server: ScriptedApiServer,
    tmp_path: Path,
    answers: tuple[Answer | Watch, ...],
    said: str,
) -> None:
    assert aws.endpoint
    api_server.answers(*answers)
    lines: list[str] = []
    assert check(settings(api_server.kubeconfig(tmp_path / "kubeconfig")), lines.append) == 1
    assert lines[0].startswith("failed  API server: ")
    assert said in lines[0]
    assert lines[1].startswith("failed  sink: DescribeStreamSummary of kube-events in ")
    assert "ResourceNotFoundException" in lines[1]


def test_an_unknown_token_is_said(aws: Aws, api_server: ScriptedApiServer, tmp_path: Path) -> None:
    assert aws.endpoint
    lines: list[str] = []
    check(settings(api_server.kubeconfig(tmp_path / "kubeconfig", token="stale")), lines.append)
    assert lines[0] == "failed  API server: 401 Unauthorized Unauthorized\n"
