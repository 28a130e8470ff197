from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from eventcore.notification import Fact
from lambdas.notify.channels import chime_message, dingtalk_message
from lambdas.notify.channels.fitting import fitted
from tests.fixtures.receivers import member, notification


def test_what_fits_stays_whole() -> None:
    assert fitted("head ", "middle", " foot", fits=lambda text: len(text) <= 16) == "head middle foot"


def test_the_middle_gives_way_first() -> None:
    assert fitted("head ", "middle", " foot", fits=lambda text: len(text) <= 15) == "head midd… foot"


def test_head_and_foot_are_cut_when_they_are_too_long_by_themselves() -> None:
    assert fitted("head ", "middle", " foot", fits=lambda text: len(text) <= 8) == "head  f…"


@given(st.text(), st.text(), st.text(), st.integers(3, 200))
def test_the_result_fits_and_is_cut_between_characters(head: str, middle: str, foot: str, limit: int) -> None:
    # GIVEN a limit in bytes
    text = fitted(head, middle, foot, fits=lambda text: len(text.encode()) <= limit)
    # THEN
    assert len(text.encode()) <= limit
    assert text == head + middle + foot or "…" in text


def test_a_dingtalk_body_is_used_to_its_limit() -> None:
    # GIVEN characters of four bytes, more than a body takes
    told = notification(
        members=(member(message="🔥" * 5000),), facts=tuple(Fact("Label", "🔥" * 400) for _ in range(4))
    )
    body = dingtalk_message.render(told)
    # THEN the message is cut, and everything around it is there
    assert dingtalk_message.MAX_BODY - 4 < len(body) <= dingtalk_message.MAX_BODY
    text = json.loads(body)["markdown"]["text"]
    assert "🔥…\n\n- **Label**" in text
    assert text.endswith("kube-events · route.routes[0]")


def test_a_chime_body_is_used_to_its_limit() -> None:
    told = notification(members=(member(message="🔥" * 5000),), facts=(Fact("Label", "x" * 200),))
    content = json.loads(chime_message.render(told))["Content"]
    assert chime_message.MAX_CONTENT - 2 < len(content.encode("utf-16-le")) // 2 <= chime_message.MAX_CONTENT
    assert content.endswith("kube-events · route.routes[0]")
