"""Words that all channels share, and the first step against hostile text.

What an event says is written by whoever runs a pod. Here it loses what no reader sees: control characters,
and the invisible ones that turn or hide text. What else could be live (mentions, links, markup) differs from
channel to channel, so each one takes that out itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from eventcore.notification import Link, Member, Notification

CUT = "…"
"""Stands where a text was cut."""

MAX_LISTED = 10
"""Members that a reader of a message is shown; the totals say how many there are."""

# Control characters except those that end a line or a word, then format characters, then surrogates and tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def one_line(text: str, limit: int) -> str:
    """The text on one line, blanks collapsed, at most `limit` characters long."""
    return shortened(" ".join(_visible(text).split()), limit)


def lines(text: str, limit: int) -> list[str]:
    """The text's lines without empty ones, together at most `limit` characters long."""
    kept = (" ".join(line.split()) for line in shortened(_visible(text), limit).split("\n"))
    return [line for line in kept if line]


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with a mark where something was cut."""
    return text if len(text) <= limit else text[: limit - len(CUT)].rstrip() + CUT


def headline(notification: Notification) -> str:
    """How loud it is, in one word: CRITICAL, or RESOLVED when it is over."""
    return "RESOLVED" if notification.status == "resolved" else notification.severity.upper()


def seen(first: datetime, last: datetime, count: int) -> str:
    """How often and when, for example `7 times, 2026-11-21 02:00:00 – 02:10:00 UTC`."""
    if count <= 1 or first == last:
        times = "" if count <= 1 else f"{count} times, "
        return f"{times}{last:%Y-%m-%d %H:%M:%S} UTC"
    until = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{count} times, {first:%Y-%m-%d %H:%M:%S} – {until} UTC"


def member_name(member: Member) -> str:
    """What happened to whom, for example `BackOff: Pod shop/web-1`."""
    path = "/".join(part for part in (member.namespace, member.name) if part)
    subject = " ".join(part for part in (member.kind, path) if part)
    return ": ".join(part for part in (member.reason, subject) if part) or member.uid


def totals(notification: Notification) -> str:
    """For a notification of several events: how many, on how many objects."""
    return f"{notification.events} events on {notification.objects} objects"


def usable_links(notification: Notification) -> Iterator[Link]:
    """The links that are web addresses, with what a chat could misread (brackets, `@`) percent-encoded."""
    for link in notification.links:
        if link.url.startswith(("https://", "http://")) and link.url.isprintable() and " " not in link.url:
            url = link.url.replace("(", "%28").replace(")", "%29").replace("@", "%40")
            yield Link(one_line(link.title, 80) or "Link", url)


def origin(notification: Notification) -> str:
    """Who sent this and why: the project and the rule that named the receiver. A robot's keyword can be its
    first word."""
    return f"kube-events · {notification.route}"


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
