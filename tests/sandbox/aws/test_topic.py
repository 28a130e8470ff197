"""SNS on the local endpoint: mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.aws import AwsStandIn
from tests.sandbox.aws.conftest import Neighbour

Clients = Callable[[str], Any]


@pytest.fixture
def topic(client: Clients, stand_in: AwsStandIn, neighbour: Neighbour, name: str) -> str:
    """A topic with one mail subscription, and a neighbour that takes mail."""
    stand_in.connect(mail_url=f"{neighbour.url}/mail")
    arn: str = client("sns").create_topic(Name=name)["TopicArn"]
    client("sns").subscribe(TopicArn=arn, Protocol="email", Endpoint="ops@example.com")
    return arn


def test_a_mail_subscription_gets_a_mail(client: Clients, topic: str, neighbour: Neighbour) -> None:
    client("sns").publish(TopicArn=topic, Subject="BackOff", Message="Pod shop/web-1")
    (call,) = neighbour.calls
    assert call.path == "/mail"
    assert call.body == {
        "to": "ops@example.com",
        "subject": "BackOff",
        "body": "Pod shop/web-1",
        "topic": topic,
    }


def test_the_text_for_mail_wins_over_the_default(client: Clients, topic: str, neighbour: Neighbour) -> None:
    message = json.dumps({"default": "short", "email": "long"})
    client("sns").publish(TopicArn=topic, Message=message, MessageStructure="json")
    assert neighbour.calls[0].body["body"] == "long"


def test_a_mail_server_that_fails_does_not_fail_the_publisher(
    client: Clients, topic: str, neighbour: Neighbour
) -> None:
    # GIVEN
    neighbour.status = 500
    # WHEN
    answer = client("sns").publish(TopicArn=topic, Message="hello")
    # THEN
    assert answer["MessageId"]
