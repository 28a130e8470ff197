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
    members = wording.shown_members(notification)
    if len(members) == 1 and notification.objects <= 1:
        if members[0].message:
            yield f"“{_neutral(members[0].message, 2000)}”"
        return
    for part in notification.parts[: wording.MAX_PARTS]:
        yield f"• {_neutral(wording.part_line(part), 300)}"
    if more := wording.more_parts(notification):
        yield f"• … {more}"
    for member in members:
        yield f"• {_neutral(wording.member_name(member), 200)} {wording.tally(member)}"
    if more := wording.more_members(notification):
        yield f"• … {more}"
    for said in wording.shown_messages(notification):
        yield f"“{_neutral(said.message, 300)}” ({wording.said_by(said)})"


def _about(notification: Notification) -> Iterator[str]:
    for name, value in wording.rows(notification):
        yield f"{_neutral(name, 60)}: {_neutral(value, 200)}"
    for link in wording.usable_links(notification):
        yield f"{_neutral(link.title, 80)}: {link.url}"
    yield wording.one_line(wording.origin(notification), 120)


def _neutral(text: str, limit: int) -> str:
    return for_plain_chat(wording.one_line(text, limit))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
