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
        "\n".join(_told(notification)),
        "\n\n" + "\n\n".join(_about(notification, mentions)),
        fits=lambda text: len(body(text)) <= MAX_BODY,
    )
    return body(text)


def _mark(notification: Notification) -> str:
    return "🟢" if notification.status == "resolved" else _MARKS[notification.severity]


def _told(notification: Notification) -> Iterator[str]:
    """What the events say, in quotation marks: so it never begins a line, where markdown would act on it."""
    if len(notification.members) == 1:
        if said := _quoted(notification.members[0].message, 4000):
            yield f"> {said}"
        return
    for member in notification.members[: wording.MAX_LISTED]:
        yield f"- {_name(member)} × {member.count} {_quoted(member.message, 400)}"
    if len(notification.members) > wording.MAX_LISTED:
        yield f"- … and {len(notification.members) - wording.MAX_LISTED} more"


def _about(notification: Notification, mentions: Mentions) -> Iterator[str]:
    rows = [(fact.name, fact.value) for fact in notification.facts]
    rows.append(("Seen", wording.seen(notification.first_seen, notification.last_seen, notification.events)))
    if len(notification.members) > 1:
        rows.append(("In all", wording.totals(notification)))
    yield "\n".join(f"- **{_neutral(name, 80)}**: {_neutral(value, 400)}" for name, value in rows)
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
