from __future__ import annotations

import json
from typing import Any

import pytest

from lambdas.notify.channels.chime import classify
from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.webhook import Answer


@pytest.mark.parametrize(
    ("status", "body", "retry_after", "expected"),
    [
        (200, {"MessageId": "m", "RoomId": "r"}, None, Delivered()),
        (200, {}, None, Rejected("http-200", "no reason given")),
        (200, b"<html>", None, Rejected("http-200", "no reason given")),
        (200, [], None, Rejected("http-200", "no reason given")),
        (202, {"MessageId": "m"}, None, Rejected("http-202", "no reason given")),
        (302, b"", None, Rejected("http-302", "no reason given")),
        (400, {"Message": "Bad Request"}, None, Rejected("http-400", "Bad Request")),
        (403, {"Message": "Forbidden"}, None, Rejected("http-403", "Forbidden")),
        (404, b"", None, Rejected("http-404", "no reason given")),
        (429, b"", None, Throttled(5)),
        (429, b"", 0.0, Throttled(1)),
        (429, b"", 30.0, Throttled(30)),
        (503, b"", 30.0, Throttled(30)),
        (503, b"", None, Unreachable("Chime answered HTTP 503")),
        (500, {"MessageId": "m"}, None, Unreachable("Chime answered HTTP 500")),
        (408, b"", None, Unreachable("Chime answered HTTP 408")),
    ],
)
def test_answers_are_sorted_by_their_status(
    status: int, body: Any, retry_after: float | None, expected: Outcome
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert classify(Answer(status, data, retry_after)) == expected
