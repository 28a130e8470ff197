"""AWS credentials that are late, gone, wrong or hard to get cost a wait and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest
from botocore.config import Config

from exporter.ship import aws
from exporter.ship.errors import NoCredentials, Unavailable
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.sink import Sink
from tests.exporter.conftest import StreamEndpoint, record
from tests.fixtures.cluster import Answer
from tests.fixtures.loopback import LoopbackServer

BOTH = pytest.mark.parametrize("sink", [KinesisSink, EventBridgeSink])


class PodIdentityAgent(LoopbackServer):
    """The agent on a node, or what answers in its place."""

    expiration = "2126-11-21T00:00:00Z"
    status = 200

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        credentials = {"AccessKeyId": "invented", "SecretAccessKey": "invented", "Token": "invented"}
        return Answer(self.status, json.dumps({**credentials, "Expiration": self.expiration}).encode())


@pytest.fixture(autouse=True)
def environment(endpoint: StreamEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Pod to which nothing gives credentials."""
    assert endpoint.url
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[PodIdentityAgent]:
    """An agent of EKS Pod Identity that this Pod was told of."""
    monkeypatch.setattr("botocore.utils.ContainerMetadataFetcher.SLEEP_TIME", 0)
    with PodIdentityAgent() as server:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/v1/credentials")
        yield server


def new(sink: type[Sink]) -> Sink:
    return sink("kube-events", "eu-west-1")  # type: ignore[call-arg]


@BOTH
def test_credentials_that_are_not_there_at_the_start_are_found_later(
    sink: type[Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an exporter that was started before there were any: botocore asks once for each client
    stream = new(sink)
    with pytest.raises(NoCredentials):
        stream.send([record("r")])
    # WHEN
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    # THEN
    assert stream.send([record("r")]) == [None]


@BOTH
def test_an_agent_that_comes_up_after_the_exporter_is_waited_for(
    sink: type[Sink], agent: PodIdentityAgent
) -> None:
    # GIVEN a new node, on which the agent is not there yet
    agent.status = 503
    stream = new(sink)
    with pytest.raises(NoCredentials, match="container-role"):
        stream.send([record("r")])
    # WHEN
    agent.status = 200
    # THEN
    assert stream.send([record("r")]) == [None]


def test_credentials_that_are_expired_when_they_come_are_no_error_of_ours(agent: PodIdentityAgent) -> None:
    # GIVEN a node whose clock is ahead by hours, or an agent that cannot reach EKS and hands out old ones
    agent.expiration = "2020-01-01T00:00:00Z"
    stream = new(KinesisSink)
    with pytest.raises(NoCredentials, match="expired"):
        stream.send([record("r")])
    # WHEN the clock is right again
    agent.expiration = PodIdentityAgent.expiration
    # THEN
    assert stream.send([record("r")]) == [None]


def test_a_token_that_cannot_be_read_is_no_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/kube-events-exporter")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(NoCredentials, match="No such file"):
        new(KinesisSink).send([record("r")])


def test_sts_that_does_not_answer_is_given_up_as_soon_as_the_stream_is(
    endpoint: StreamEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # GIVEN IRSA, and an STS that is silent. By itself botocore waits for a minute, five times: longer than a
    # sender may be silent before it counts as stuck
    (tmp_path / "token").write_text("an-invented-token")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/kube-events-exporter")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setattr(aws, "CALLS", aws.CALLS.merge(Config(read_timeout=0.2)))
    with SilentServer() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        # WHEN
        with pytest.raises(Unavailable, match="Read timeout"):
            new(KinesisSink).send([record("r")])
    # THEN it was asked once, and it is our back-off that decides when it is asked again
    assert sts.asked == 1
    assert endpoint.calls == []


class SilentServer(LoopbackServer):
    """Takes requests and answers none until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self._closed = Event()

    def __exit__(self, *error: object) -> None:
        self._closed.set()
        super().__exit__(*error)

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        self.asked += 1
        self._closed.wait()
        return Answer(503, b"")
