"""A notification as Amazon Chime's webhooks take it: plain text under one key."""

from __future__ import annotations

import json
from collections.abc import Iterator

from eventcore.notification import Notification
from lambdas.notify.channels import wording
from lambdas.notify.channels.fitting import fitted
from lambdas.notify.channels.neutral import for_plain_chat

MAX_CONTENT = 4096
"""Characters of `Content`, counted in UTF-16 units, which is the strictest reading (from memory, not
confirmed)."""


def render(notification: Notification) -> bytes:
    """The JSON body. Its text never begins with `/md`, which would switch markdown on."""
    title = f"{wording.headline(notification)} · {notification.title}"
    content = fitted(
        _neutral(title, 300) + "\n",
        "\n".join(_told(notification)),
        "\n" + "\n".join(_about(notification)),
        fits=lambda text: _units(text) <= MAX_CONTENT,
    )
    return json.dumps({"Content": content}, ensure_ascii=False).encode()


def _told(notification: Notification) -> Iterator[str]:
    if len(notification.members) == 1:
        if notification.members[0].message:
            yield f"“{_neutral(notification.members[0].message, 2000)}”"
        return
    for member in notification.members[: wording.MAX_LISTED]:
        yield f"• {_neutral(wording.member_name(member), 200)} × {member.count}"
    if len(notification.members) > wording.MAX_LISTED:
        yield f"• … and {len(notification.members) - wording.MAX_LISTED} more"


def _about(notification: Notification) -> Iterator[str]:
    for fact in notification.facts:
        yield f"{_neutral(fact.name, 60)}: {_neutral(fact.value, 200)}"
    yield f"Seen: {wording.seen(notification.first_seen, notification.last_seen, notification.events)}"
    if len(notification.members) > 1:
        yield f"In all: {wording.totals(notification)}"
    for link in wording.usable_links(notification):
        yield f"{_neutral(link.title, 80)}: {link.url}"
    yield wording.one_line(wording.origin(notification), 120)


def _neutral(text: str, limit: int) -> str:
    return for_plain_chat(wording.one_line(text, limit))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
