from __future__ import annotations

from threading import Event

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lambdas.common.aws_calls import ONE_TRY
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.outcomes import Rejected, Throttled, Unreachable
from lambdas.notify.channels.sns import Sns, classify
from tests.fixtures.aws import Aws, LambdaContext
from tests.fixtures.receivers import member, notification


def budget() -> TimeBudget:
    return TimeBudget(LambdaContext(60))


def error(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "said"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Publish",
    )


@pytest.mark.parametrize(
    "code", ["Throttling", "ThrottledException", "KMSThrottling", "TooManyRequestsException"]
)
def test_throttling_is_waited_out(code: str) -> None:
    assert classify(error(code)) == Throttled(30)


@pytest.mark.parametrize(("code", "status"), [("InternalError", 500), ("ServiceUnavailable", 503)])
def test_a_failure_of_sns_is_worth_another_try(code: str, status: int) -> None:
    assert classify(error(code, status)) == Unreachable(f"SNS answered {code}")


@pytest.mark.parametrize("code", ["AuthorizationError", "KMSAccessDenied", "KMSDisabled", "ExpiredToken"])
def test_what_somebody_can_repair_waits_for_it(code: str) -> None:
    assert classify(error(code, 403)) == Unreachable(f"SNS answered {code}: said", misconfigured=True)


@pytest.mark.parametrize(
    "code", ["NotFound", "InvalidParameter", "ParameterValueInvalid", "EndpointDisabled", "New"]
)
def test_everything_else_is_a_no(code: str) -> None:
    assert classify(error(code)) == Rejected(code, "said")


def test_no_answer_is_worth_another_try(aws: Aws) -> None:
    client = boto3.client(
        "sns",
        endpoint_url="http://127.0.0.1:9",
        config=Config(connect_timeout=0.2, retries={"total_max_attempts": 1}),
    )
    outcome = Sns(client=client, topic_arn="arn:aws:sns:eu-central-1:123456789012:x").deliver(
        notification(), budget()
    )
    assert outcome == Unreachable("SNS did not answer (EndpointConnectionError)")


def test_a_yes_that_never_arrives_is_not_followed_by_a_second_mail(aws: Aws, httpserver: HTTPServer) -> None:
    # GIVEN a topic that takes the message and whose answer is lost
    asked: list[Request] = []
    over = Event()

    def swallow(request: Request) -> Response:
        asked.append(request)
        over.wait(5)
        return Response()

    httpserver.expect_request("/").respond_with_handler(swallow)
    client = boto3.client(
        "sns", endpoint_url=httpserver.url_for("/"), config=ONE_TRY.merge(Config(read_timeout=0.2))
    )
    # WHEN
    topic = "arn:aws:sns:eu-central-1:123456789012:x"
    outcome = Sns(client=client, topic_arn=topic).deliver(notification(), budget())
    over.set()
    # THEN the message waits for its next try instead of being published again at once
    assert outcome == Unreachable("SNS did not answer (ReadTimeoutError)")
    assert len(asked) == 1


def test_the_largest_message_is_taken(aws: Aws) -> None:
    # GIVEN more than SNS takes in one message
    client = boto3.client("sns")
    topic = client.create_topic(Name="ops")["TopicArn"]
    told = notification(
        title="t" * 500,
        members=tuple(member(name=f"web-{n}", message='"' * 32_768, reason=f"R{n}") for n in range(200)),
    )
    # THEN it is cut, and taken: the stand-in enforces the limits
    assert type(Sns(client=client, topic_arn=topic).deliver(told, budget())).__name__ == "Delivered"
