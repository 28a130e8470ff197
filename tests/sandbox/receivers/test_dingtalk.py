from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

import pytest

from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock
from tests.sandbox.receivers.talking import get, markdown, post

OK = {"errcode": 0, "errmsg": "ok"}


def test_an_accepted_message_is_in_the_inbox(chats: ReceiverServer) -> None:
    robot = chats.add_robot("sre")
    answer = post(robot, markdown("BackOff", at={"atMobiles": ["13800000000"], "isAtAll": True}))
    assert (answer.status, answer.json) == (200, OK)
    (message,) = chats.accepted("sre")
    assert (message.title, message.text) == ("t", "BackOff")
    assert message.mentions == ("all", "13800000000")


@pytest.mark.parametrize(
    ("body", "content_type", "errcode"),
    [
        pytest.param(b"{", "application/json", 40035, id="no JSON"),
        pytest.param(b"[]", "application/json", 40035, id="no object"),
        pytest.param(markdown(), "text/plain", 43004, id="wrong content type"),
        pytest.param({"msgtype": "video"}, "application/json", 400105, id="unknown kind of message"),
        pytest.param({"msgtype": "markdown"}, "application/json", 40035, id="no content"),
        pytest.param(markdown("x" * 20_000), "application/json", 460101, id="over 20,000 bytes"),
    ],
)
def test_a_bad_request_is_refused_with_status_200(
    chats: ReceiverServer, body: Any, content_type: str, errcode: int
) -> None:
    answer = post(chats.add_robot("sre"), body, content_type=content_type)
    assert (answer.status, answer.json["errcode"]) == (200, errcode)
    assert [each.code for each in chats.answered("refused", "sre")] == [str(errcode)]


def test_robots_are_known_by_their_token(chats: ReceiverServer) -> None:
    chats.add_robot("sre", token="made-up")
    assert post(f"{chats.url}/robot/send?access_token=other", markdown()).json["errcode"] == 300005
    assert post(f"{chats.url}/robot/send", markdown()).json["errcode"] == 40035
    assert get(f"{chats.url}/robot/send?access_token=made-up").json["errcode"] == 43002


def test_a_robot_with_keywords_refuses_a_message_without_any(chats: ReceiverServer) -> None:
    robot = chats.add_robot("sre", keywords=("alarm", "kube-events"))
    assert post(robot, markdown("about kube-events")).json == OK
    assert post(robot, markdown("hello")).json == {"errcode": 310000, "errmsg": "keywords not in content"}


def test_a_signature_holds_for_an_hour(chats: ReceiverServer, clock: Clock) -> None:
    # GIVEN a robot that checks signatures, and one made now: the vector of reference protocols §1
    robot = chats.add_robot("sre", secret="SECfoo")
    clock.now = 1_700_000_000.0
    sign = quote_plus("AXVnfS4ubGK4L9bCMoZIzziD5riPAWQBqZKm4Jjuq2s=")
    signed = f"{robot}&timestamp=1700000000000&sign={sign}"
    # THEN it is good until an hour has passed, and only for its time
    assert post(signed, markdown()).json == OK
    clock.advance(3600)
    assert post(signed, markdown()).json == OK
    clock.advance(1)
    assert post(signed, markdown()).json["errmsg"] == "invalid timestamp"
    assert post(robot, markdown()).json["errmsg"] == "invalid timestamp"
    other = f"{robot}&timestamp=1700003600000&sign={sign}"
    assert post(other, markdown()).json == {"errcode": 310000, "errmsg": "sign not match"}


def test_the_21st_message_of_a_minute_locks_the_robot_for_ten_minutes(
    chats: ReceiverServer, clock: Clock
) -> None:
    robot, other = chats.add_robot("sre"), chats.add_robot("other")
    # GIVEN twenty within a minute
    for _ in range(20):
        assert post(robot, markdown()).json == OK
        clock.advance(2)
    # WHEN one more comes, THEN it is locked, however slowly the next ones come; another robot is not
    assert post(robot, markdown()).json["errcode"] == 130101
    clock.advance(599)
    assert post(robot, markdown()).json["errcode"] == 130101
    assert post(other, markdown()).json == OK
    clock.advance(1)
    assert post(robot, markdown()).json == OK


def test_twenty_a_minute_go_on_for_ever(chats: ReceiverServer, clock: Clock) -> None:
    robot = chats.add_robot("sre")
    for _ in range(60):
        assert post(robot, markdown()).json == OK
        clock.advance(3)


@pytest.mark.parametrize(
    ("kind", "verdict", "status", "errcode"),
    [
        ("busy", "failed", 200, -1),
        ("throttled", "throttled", 200, 130101),
        ("keywords", "refused", 200, 310000),
        ("disabled", "refused", 200, 400102),
        ("gateway", "throttled", 200, None),
    ],
)
def test_an_injected_fault_is_answered_as_often_as_was_asked_for(
    chats: ReceiverServer, kind: str, verdict: Any, status: int, errcode: int | None
) -> None:
    robot = chats.add_robot("sre")
    chats.inject("sre", 2, kind)
    for _ in range(2):
        answer = post(robot, markdown())
        assert (answer.status, answer.json.get("errcode")) == (status, errcode)
    assert post(robot, markdown()).json == OK
    assert len(chats.answered(verdict, "sre")) == 2


def test_an_unknown_fault_is_an_error_that_names_the_known_ones(chats: ReceiverServer) -> None:
    chats.add_robot("sre")
    with pytest.raises(ValueError, match="no fault is called 'storm': there are address, broken, busy"):
        chats.inject("sre", 1, "storm")
