"""A dead letter, wherever it lies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

Place = Literal["receiver-queue", "function-queue", "archive-queue", "set-aside", "lambda-failures"]
PLACES: tuple[Place, ...] = get_args(Place)
"""
receiver-queue   SQS: what a receiver's channel refused, what expired, what nobody could read
function-queue   SQS, with EventBridge: events that could not be handed to a function, or that it never took
archive-queue    SQS, with EventBridge: events that could not be handed to Firehose
set-aside        S3, dead-letters/: records that a function found it can never process
lambda-failures  S3, aws/lambda/: batches of the stream that Lambda gave up
"""


class Letter(NamedTuple):
    """One of them."""

    place: Place
    owner: str
    """The receiver, or the function, that it was meant for."""
    id: str
    """SQS' message id, or the object's key."""
    at: datetime
    """When it was set aside; of what SQS itself gave up, when it was sent."""
    code: str = ""
    """What kind of failure; "" where the place knows none."""
    reason: str = ""
    subject: str = ""
    """What it is about."""
    body: str = ""

    def described(self) -> dict[str, Any]:
        """As JSON, without its body."""
        return {
            "place": self.place,
            "owner": self.owner,
            "id": self.id,
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "code": self.code,
            "reason": self.reason,
            "subject": self.subject,
        }
