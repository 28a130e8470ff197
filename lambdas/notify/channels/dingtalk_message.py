"""A notification as DingTalk's robots take it: markdown, with mentions that only the operator chooses."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from eventcore.notification import Member, Notification
from lambdas.notify.channels import wording
from lambdas.notify.channels.fitting import fitted
from lambdas.notify.channels.neutral import for_markdown_chat

MAX_BODY = 20_000
"""Bytes of the JSON body. Above it the robot answers 460101 `message too long, exceed 20000 bytes`."""

_MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "⚪"}


class Mentions(Struct, frozen=True):
    """Whom the robot calls. It comes from the receiver's settings, never from an event."""

    mobiles: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    everybody: bool = False


NOBODY = Mentions()


def render(notification: Notification, mentions: Mentions = NOBODY) -> bytes:
    """The JSON body, at most MAX_BODY bytes long."""
    title = wording.one_line(f"{wording.headline(notification)} · {notification.title}", 200)

    def body(text: str) -> bytes:
        return json.dumps(
            {
                "msgtype": "markdown",
                "markdown": {"title": for_markdown_chat(title), "text": text},
                "at": {
                    "atMobiles": mentions.mobiles,
                    "atUserIds": mentions.user_ids,
                    "isAtAll": mentions.everybody,
                },
            },
            ensure_ascii=False,  # an escaped character of Chinese would cost six bytes instead of three
            separators=(",", ":"),
        ).encode()

    text = fitted(
        f"#### {_mark(notification)} {for_markdown_chat(title)}\n\n",
        "\n\n".join("\n".join(lines) for lines in _told(notification) if lines),
        "\n\n" + "\n\n".join(_about(notification, mentions)),
        fits=lambda text: len(body(text)) <= MAX_BODY,
    )
    return body(text)


def _mark(notification: Notification) -> str:
    return "🟢" if notification.status == "resolved" else _MARKS[notification.severity]


def _told(notification: Notification) -> Iterator[list[str]]:
    """What the events say, in quotation marks: so it never begins a line, where markdown would act on it."""
    members = wording.shown_members(notification)
    if len(members) == 1 and notification.objects <= 1:
        yield [f"> {said}" for said in [_quoted(members[0].message, 4000)] if said]
        return
    yield list(_parts(notification))
    yield list(_members(notification, members))
    for said in wording.shown_messages(notification):
        yield [f"> {_quoted(said.message, 400)} ({wording.said_by(said)})"]


def _parts(notification: Notification) -> Iterator[str]:
    for part in notification.parts[: wording.MAX_PARTS]:
        yield f"- {_neutral(wording.part_line(part), 400)}"
    if more := wording.more_parts(notification):
        yield f"- … {more}"


def _members(notification: Notification, members: tuple[Member, ...]) -> Iterator[str]:
    for member in members:
        said = "" if notification.messages else _quoted(member.message, 400)
        yield f"- {_name(member)} {wording.tally(member)} {said}".rstrip()
    if more := wording.more_members(notification):
        yield f"- … {more}"


def _about(notification: Notification, mentions: Mentions) -> Iterator[str]:
    yield "\n".join(
        f"- **{_neutral(name, 80)}**: {_neutral(value, 400)}" for name, value in wording.rows(notification)
    )
    if links := [f"[{_neutral(link.title, 80)}]({link.url})" for link in wording.usable_links(notification)]:
        yield " · ".join(links)
    yield wording.one_line(wording.origin(notification), 200)
    # The robot only highlights a mention in markdown when the text itself holds it.
    if called := [f"@{who}" for who in (*mentions.mobiles, *mentions.user_ids)]:
        yield " ".join(called)


def _name(member: Member) -> str:
    return _neutral(wording.member_name(member), 300)


def _quoted(text: str, limit: int) -> str:
    return f"“{_neutral(text, limit)}”" if text else ""


def _neutral(text: str, limit: int) -> str:
    return for_markdown_chat(wording.one_line(text, limit))
