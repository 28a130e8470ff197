from __future__ import annotations

from typing import Any

import pytest
import urllib3

from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock
from tests.sandbox.receivers.talking import get, post


def test_an_accepted_message_gets_an_id(chats: ReceiverServer) -> None:
    answer = post(chats.add_webhook("room"), {"Content": "hello @All"})
    assert (answer.status, answer.json) == (200, {"MessageId": "message-1", "RoomId": "room-room"})
    (message,) = chats.accepted("room")
    assert (message.text, message.mentions) == ("hello @All", ("All",))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="no JSON"),
        pytest.param({"content": "x"}, id="another key"),
        pytest.param({"Content": ""}, id="empty"),
        pytest.param({"Content": "x" * 4097}, id="over 4096 characters"),
    ],
)
def test_a_bad_body_is_answered_with_400(chats: ReceiverServer, body: Any) -> None:
    assert post(chats.add_webhook("room"), body).status == 400
    assert len(chats.answered("refused", "room")) == 1


def test_a_webhook_is_known_by_its_name_and_token(chats: ReceiverServer) -> None:
    url = chats.add_webhook("room", token="made-up")
    assert post(url.replace("made-up", "other"), {"Content": "x"}).status == 403
    assert post(f"{chats.url}/incomingwebhooks/nowhere?token=made-up", {"Content": "x"}).status == 404
    assert get(url).status == 405


def test_a_second_message_within_a_second_is_throttled(chats: ReceiverServer, clock: Clock) -> None:
    url = chats.add_webhook("room")
    assert post(url, {"Content": "1"}).status == 200
    answer = post(url, {"Content": "2"})
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    clock.advance(1)
    assert post(url, {"Content": "2"}).status == 200
    assert chats.inbox.counts() == {"room": {"accepted": 2, "throttled": 1}}


def test_a_broken_receiver_closes_the_connection(chats: ReceiverServer) -> None:
    url = chats.add_webhook("room")
    chats.inject("room", 1, "broken")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        post(url, {"Content": "x"})
    assert post(url, {"Content": "x"}).status == 200
