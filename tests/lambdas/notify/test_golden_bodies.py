"""The bodies as files, so that a change of them is seen. `python -m tests.lambdas.notify.test_golden_bodies`
writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventcore.notification import Fact, Link, Notification
from lambdas.notify.channels import chime_message, dingtalk_message, sns_message
from lambdas.notify.channels.dingtalk_message import Mentions
from tests.fixtures.receivers import member, notification

GOLDEN = Path(__file__).with_name("golden")

SINGLE = notification(
    links=(Link("Open in Dashboards", "https://search.example.com/app/discover?q=(uid:1)"),)
)
DIGEST = notification(
    title="FailedScheduling in shop (prod-eu)",
    severity="high",
    events=19,
    objects=12,
    last_seen=datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC),
    members=tuple(
        member(
            name=f"web-{number}", reason="FailedScheduling", count=number, message="0/3 nodes are available"
        )
        for number in range(1, 13)
    ),
)
RESOLVED = notification(status="resolved", severity="medium")
HOSTILE = notification(
    title="Evil: Pod shop/@all **x** [y](https://evil.example)",
    members=(
        member(
            message="@all see [here](https://evil.example) <b>now</b>\n"
            + "# Cluster: fake\r\nrun `x` at www.evil.example"
        ),
    ),
    facts=(Fact("Image", "registry.example.com/app@sha256:0123"), Fact("Label", "__init__ a_b *c*")),
)
CASES: dict[str, Notification] = {
    "single": SINGLE,
    "digest": DIGEST,
    "resolved": RESOLVED,
    "hostile": HOSTILE,
}


def _dingtalk(told: Notification) -> str:
    return json.dumps(
        json.loads(dingtalk_message.render(told, Mentions(mobiles=("13800000000",)))),
        ensure_ascii=False,
        indent=2,
    )


def _sns(told: Notification) -> str:
    subject, body, attributes = sns_message.render(told)
    shown = {"subject": subject, "attributes": {a.name: a.values for a in attributes}} | json.loads(body)
    shown["default"] = json.loads(shown["default"])
    del shown["email"]
    return json.dumps(shown, ensure_ascii=False, indent=2)


CHANNELS: dict[str, Callable[[Notification], str]] = {
    "dingtalk.json": _dingtalk,
    "chime.json": lambda told: json.dumps(
        json.loads(chime_message.render(told)), ensure_ascii=False, indent=2
    ),
    "sns.json": _sns,
    "mail.txt": sns_message.mail,
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("case", CASES)
def test_the_body_is_the_golden_one(case: str, channel: str) -> None:
    expected = (GOLDEN / f"{case}.{channel}").read_text(encoding="utf-8")
    assert CHANNELS[channel](CASES[case]).rstrip() + "\n" == expected


if __name__ == "__main__":
    for case, told in CASES.items():
        for channel, render in CHANNELS.items():
            (GOLDEN / f"{case}.{channel}").write_text(render(told).rstrip() + "\n", encoding="utf-8")
