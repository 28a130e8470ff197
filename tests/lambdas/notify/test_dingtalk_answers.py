"""Every class of answer of reference protocols §1, as the robot gives it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdas.notify.channels.dingtalk_answers import (
    classify,
    may_be_a_stale_secret,
    wants_a_fresh_timestamp,
)
from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.webhook import Answer


def answered(body: Any, *, status: int = 200, retry_after: float | None = None) -> Outcome:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return classify(Answer(status, data, retry_after))


def code(number: Any, message: str = "x") -> dict[str, Any]:
    return {"errcode": number, "errmsg": message}


def test_only_errcode_0_is_a_yes() -> None:
    assert answered(code(0, "ok")) == Delivered()


@pytest.mark.parametrize(
    "body",
    [
        code(130101, "send too fast, exceed 20 times per minute"),
        code(410100, "发送速度太快而限流"),
        code(90030, "webhook over limit"),
        code(660026, "send too fast"),
        code(123456, "请求频率过高"),
    ],
)
def test_too_fast_locks_the_robot_for_ten_minutes(body: Any) -> None:
    assert answered(body) == Throttled(600)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "u"}, 60),
        ({"status": 1111, "wait": 300, "punish": "deny"}, 300),
        ({"status": 1111, "wait": "soon", "punish": "deny"}, 60),
        ({"errcode": 0, "punish": "deny"}, 60),
        ({}, 60),
        ({"errcode": None}, 60),
    ],
)
def test_the_gateways_word_is_not_the_robots(body: Any, seconds: float) -> None:
    assert answered(body) == Throttled(seconds)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (code(310000, "keywords not in content"), Rejected("310000", "keywords not in content")),
        (code(310000, "ip 192.0.2.7 not in whitelist"), Rejected("310000", "ip 192.0.2.7 not in whitelist")),
        (code(300001, "token is not exist"), Rejected("300001", "token is not exist")),
        (code(300005, "token is not exist"), Rejected("300005", "token is not exist")),
        (code(40035, "缺少参数 json"), Rejected("40035", "缺少参数 json")),
        (code(43004, "无效的HTTP HEADER Content-Type"), Rejected("43004", "无效的HTTP HEADER Content-Type")),
        (code(400013, "群已被解散"), Rejected("400013", "群已被解散")),
        (code(400105, "不支持的消息类型"), Rejected("400105", "不支持的消息类型")),
        (code(430102, "unsafe text"), Rejected("430102", "unsafe text")),
        (
            code(460101, "message too long, exceed 20000 bytes"),
            Rejected("460101", "message too long, exceed 20000 bytes"),
        ),
        (code(310000, "exceed"), Rejected("310000", "exceed")),
    ],
)
def test_a_no_is_a_no_with_its_code_and_words(body: Any, expected: Rejected) -> None:
    assert answered(body) == expected


@pytest.mark.parametrize("number", [1, 999999, -2, "0", "130101", False, [], {}, 0.0])
def test_an_unknown_code_never_counts_as_delivered(number: Any) -> None:
    assert isinstance(answered(code(number)), Rejected)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(code(-1, "系统繁忙"), 200, id="busy"),
        pytest.param(code(0, "ok"), 500, id="500, whatever it says"),
        pytest.param(b"<html>Bad Gateway</html>", 502, id="502"),
        pytest.param(b"", 504, id="504"),
        pytest.param(b"", 408, id="408"),
        pytest.param(b"<html>Please log in</html>", 200, id="HTML"),
        pytest.param(b"", 200, id="nothing"),
        pytest.param(b"[0]", 200, id="no object"),
        pytest.param(b"[" * 16_000, 200, id="depth"),
    ],
)
def test_what_is_no_answer_of_the_robot_is_worth_another_try(body: Any, status: int) -> None:
    outcome = answered(body, status=status)
    assert isinstance(outcome, Unreachable)
    assert not outcome.misconfigured


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 60), (5.0, 60), (120.0, 120)])
def test_a_429_is_waited_out(retry_after: float | None, seconds: float) -> None:
    assert answered(b"", status=429, retry_after=retry_after) == Throttled(seconds)


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 204])
def test_any_other_status_is_a_no(status: int) -> None:
    assert answered(code(0, "ok"), status=status) == Rejected(f"http-{status}", "ok")


@pytest.mark.parametrize("message", ["invalid timestamp", "错误描述:机器人发送签名过期;解决方案:…"])
def test_a_refused_time_asks_for_a_fresh_signature(message: str) -> None:
    outcome = answered(code(310000, message))
    assert wants_a_fresh_timestamp(outcome)
    assert not may_be_a_stale_secret(outcome)


@pytest.mark.parametrize(
    "body",
    [
        code(310000, "sign not match"),
        code(310000, "错误描述:机器人发送签名不匹配;解决方案:…"),
        code(300001, "token is not exist"),
        code(300005, "token is not exist"),
        code(400101, "token不存在"),
        code(400102, "机器人已停用"),
        code(400106, "机器人不存在"),
    ],
)
def test_some_refusals_smell_of_an_old_secret(body: Any) -> None:
    assert may_be_a_stale_secret(answered(body))


@pytest.mark.parametrize(
    "body", [code(0), code(130101), code(310000, "keywords not in content"), code(40035)]
)
def test_the_others_do_not(body: Any) -> None:
    outcome = answered(body)
    assert not may_be_a_stale_secret(outcome)
    assert not wants_a_fresh_timestamp(outcome)
