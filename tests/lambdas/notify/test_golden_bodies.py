"""The bodies as files, so that a change of them is seen. `python -m tests.lambdas.notify.test_golden_bodies`
writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventcore.notification import Fact, Link, Notification, Part, Said
from lambdas.notify.channels import chime_message, dingtalk_message, sns_message
from lambdas.notify.channels.dingtalk_message import Mentions
from tests.fixtures.receivers import member, notification

GOLDEN = Path(__file__).with_name("golden")

SINGLE = notification(
    links=(Link("Open in Dashboards", "https://search.example.com/app/discover?q=(uid:1)"),)
)
GROUP = notification(
    title="FailedScheduling: at least 12 objects in shop (prod-eu)",
    severity="high",
    events=78,
    objects=12,
    at_least=True,
    last_seen=datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC),
    members=tuple(
        member(
            name=f"web-{number}",
            uid=f"uid-{number}",
            reason="FailedScheduling",
            severity="high",
            count=1000 + number,
            since=number,
            resolved=number == 7,
            message="0/3 nodes are available",
        )
        for number in range(1, 13)
    ),
    messages=(
        Said(message="0/3 nodes are available", members=11, severity="high"),
        Said(message="persistentvolumeclaim not found", members=1, severity="high"),
    ),
    links=(
        Link("Dashboards", "https://search.example.com/app/data-explorer/discover#/?_q=%28a%29"),
        Link("EKS", "https://eu-central-1.console.aws.amazon.com/eks/home"),
    ),
)
DIGEST = notification(
    title="52 groups: 5,000 events on 4,900 objects (prod-eu)",
    severity="critical",
    events=5000,
    objects=4900,
    groups=52,
    route="several routes",
    members=tuple(member(name=f"web-{number}", uid=f"uid-{number}") for number in range(1, 9)),
    parts=(
        *(
            Part(
                id=f"{n:032}",
                title=f"BackOff: Pods in shop-{n} (prod-eu)",
                severity="high",
                events=n,
                objects=1,
            )
            for n in range(1, 42)
        ),
        Part(
            id="f" * 32,
            title="NodeNotReady: Node node-1 (prod-eu)",
            severity="critical",
            events=1,
            objects=1,
            status="resolved",
        ),
    ),
    messages=(Said(message="Back-off restarting failed container", members=40, severity="high"),),
)
RESOLVED = notification(
    status="resolved",
    severity="medium",
    events=0,
    members=(member(severity="medium", since=0, resolved=True),),
)
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
    "group": GROUP,
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
