"""SNS: a topic with mail subscriptions, and with whatever else somebody subscribes to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.notification import Notification
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.channels.sns_message import Attribute, render

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

    from lambdas.common.time_budget import TimeBudget

WAIT = 30.0
"""Seconds to stay away when SNS throttles: its quotas are per second, so that is ample."""

_THROTTLED = frozenset(
    {
        "Throttling",
        "Throttled",
        "ThrottlingException",
        "ThrottledException",
        "KMSThrottling",
        "TooManyRequestsException",
    }
)

_REPAIRABLE = frozenset(
    {
        # Our own credentials: they are renewed, or the role is being repaired.
        *("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"),
        *("AuthorizationError", "AuthorizationErrorException", "AccessDenied", "AccessDeniedException"),
        # The topic's key is switched off, or does not let us use it.
        *("KMSDisabled", "KMSDisabledException", "KMSInvalidState", "KMSInvalidStateException"),
        *(
            "KMSAccessDenied",
            "KMSAccessDeniedException",
            "KMSNotFound",
            "KMSNotFoundException",
            "KMSOptInRequired",
        ),
    }
)
"""Says nothing about the message, so the message waits for the repair, as it does for a missing secret."""


class Sns:
    """One topic."""

    per_minute = None  # its quotas are per second and in the hundreds

    def __init__(self, *, client: SNSClient, topic_arn: str) -> None:
        """The client makes one try only (ONE_TRY): SNS knows no repeated Publish, it sends a second mail."""
        self._client = client
        self._topic_arn = topic_arn

    def address(self, budget: TimeBudget) -> str | Unreachable:
        """The topic's ARN."""
        return self._topic_arn

    def deliver(self, notification: Notification, budget: TimeBudget) -> Outcome:
        """Publish it once. SNS answers with the message's id only when it has stored it."""
        message = render(notification)
        budget.require(ONE_TRY_SECONDS)
        try:
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=message.subject,
                Message=message.body,
                MessageStructure="json",
                MessageAttributes={each.name: _typed(each) for each in message.attributes},
            )
        except ClientError as error:
            return classify(error)
        except BotoCoreError as error:
            return Unreachable(f"SNS did not answer ({type(error).__name__})")
        return Delivered()


def classify(error: ClientError) -> Outcome:
    """Sort an error that SNS answered with."""
    code = error.response.get("Error", {}).get("Code", "unknown")
    message = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED or status == 429:
        return Throttled(WAIT)
    if status >= 500:
        return Unreachable(f"SNS answered {code}")
    if code in _REPAIRABLE:
        return Unreachable(f"SNS answered {code}: {message}", misconfigured=True)
    return Rejected(code, message[:300])


def _typed(attribute: Attribute) -> MessageAttributeValueTypeDef:
    if len(attribute.values) == 1:
        return {"DataType": "String", "StringValue": attribute.values[0]}
    return {"DataType": "String.Array", "StringValue": json.dumps(attribute.values)}
