"""Whatever an event says: a body is never over its limit, always valid, and nothing in it is live."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from eventcore.notification import Notification, Part, Said
from lambdas.notify.channels import chime_message, dingtalk_message, sns_message
from lambdas.notify.channels.dingtalk_message import Mentions
from tests.fixtures.receivers import member, notification
from tests.lambdas.notify.hostile import FRAGMENTS, notifications

OUR_LINK = "https://search.example.com/app?q=a%28b%29%40c"
MENTIONS = Mentions(mobiles=("13800000000",), user_ids=("sre",))
MARKDOWN_LINK = re.compile(r"!?\[[^\[\]]*\]\(" + re.escape(OUR_LINK) + r"\)")

many = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def without(text: str, *ours: str) -> str:
    for each in ours:
        text = text.replace(each, "")
    return text


def assert_nothing_invisible(text: str) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text)


@many
@given(notifications)
def test_dingtalk(told: Notification) -> None:
    body = dingtalk_message.render(told, MENTIONS)
    assert len(body) <= dingtalk_message.MAX_BODY
    message = json.loads(body.decode("utf-8"))
    assert message["at"] == {"atMobiles": ["13800000000"], "atUserIds": ["sre"], "isAtAll": False}
    title, text = message["markdown"]["title"], message["markdown"]["text"]
    assert title
    for part in (title, without(text, "@13800000000 @sre")):
        left = MARKDOWN_LINK.sub("", part).replace("kube-events · route.routes[0]", "")
        assert "@" not in left
        assert "://" not in left
        assert not re.search(r"\bwww\.", left, re.IGNORECASE)
        assert not re.search(r"[\[\]<`\\]|&#|&\w+;", left)
        assert_nothing_invisible(part)
    # THEN only we begin lines, so that nothing else is a heading, a list, a quote or a rule
    for line in filter(None, text.split("\n")):
        assert re.match(r"#### |> “|- |\*\*|\[|kube-events|@|…", line), line


@many
@given(notifications)
def test_chime(told: Notification) -> None:
    content = json.loads(chime_message.render(told).decode("utf-8"))["Content"]
    assert 0 < len(content.encode("utf-16-le")) // 2 <= chime_message.MAX_CONTENT
    left = without(content, OUR_LINK)
    assert "@" not in left
    assert "://" not in left
    assert not content.startswith("/md")
    assert_nothing_invisible(content)


@many
@given(notifications)
def test_sns(told: Notification) -> None:
    subject, body, attributes = sns_message.render(told)
    assert 0 < len(subject) < 100
    assert_nothing_invisible(subject)
    assert "\n" not in subject
    sent = sum(len((a.name + json.dumps(a.values)).encode()) + len("String.Array") for a in attributes)
    assert len(body.encode()) + len(subject.encode()) + sent <= sns_message.MAX_PUBLISH
    assert all(value.strip() for attribute in attributes for value in attribute.values)
    by_protocol = json.loads(body)
    for_machines = msgspec.json.decode(by_protocol["default"], type=Notification)
    assert (for_machines.id, for_machines.events) == (told.id, told.events)
    for people in (by_protocol["email"], by_protocol["sms"]):
        assert "://" not in without(people, OUR_LINK)
        assert_nothing_invisible(people)
    assert len(by_protocol["sms"]) <= 140


@pytest.mark.parametrize("text", FRAGMENTS)
def test_what_cannot_be_live_stays_readable(text: str) -> None:
    # GIVEN a text, WHEN it is told, THEN its words are still there
    told = notification(members=(member(message=f"before {text} after"),))
    for body in (
        dingtalk_message.render(told).decode(),
        chime_message.render(told).decode(),
        sns_message.mail(told),
    ):
        assert "before" in body
        assert "after" in body


def test_a_digest_is_cut_in_its_middle_and_keeps_its_totals() -> None:
    # GIVEN more than any channel shows
    told = notification(
        members=tuple(member(name=f"web-{n}", message="节" * 5000) for n in range(200)), objects=200
    )
    # THEN head, totals and origin are there
    for body in (
        dingtalk_message.render(told).decode(),
        chime_message.render(told).decode(),
        sns_message.mail(told),
    ):
        assert "CRITICAL" in body
        assert "and 190 more" in body
        assert "7 events on 200 objects" in body
        assert "kube-events · route.routes[0]" in body


def test_a_storms_digest_keeps_its_sums_in_every_channel() -> None:
    # GIVEN as many groups as a digest names, and more, with titles as long as they come
    told = notification(
        parts=tuple(
            Part(id=f"{n:032}", title=f"group {n} " + "节" * 400, severity="high", events=n, objects=1)
            for n in range(40)
        ),
        groups=5000,
        events=5000,
        objects=4900,
        at_least=True,
        messages=(Said(message="@all " + "x" * 3000, members=7, severity="high"),),
    )
    # THEN each says how many there are, names the first, and holds its limit
    dingtalk, chime = dingtalk_message.render(told), chime_message.render(told)
    assert len(dingtalk) <= dingtalk_message.MAX_BODY
    for body in (dingtalk.decode(), chime.decode(), sns_message.mail(told)):
        assert "at least 5,000 events on 4,900 objects in 5,000 groups" in body
        assert "HIGH · group 0 " in body
    assert "and 4,960 more groups" in sns_message.mail(told)


def test_machines_get_as_many_members_as_fit() -> None:
    told = notification(members=tuple(member(name=f"web-{n}", message="x" * 3000) for n in range(200)))
    body = json.loads(sns_message.render(told).body)
    kept = msgspec.json.decode(body["default"], type=Notification)
    assert len(kept.members) == 50
    assert {len(each.message) for each in kept.members} == {1024}
