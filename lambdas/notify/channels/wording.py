"""Words that all channels share, and the first step against hostile text.

What an event says is written by whoever runs a pod. Here it loses what no reader sees: control characters,
and the invisible ones that turn or hide text. What else could be live (mentions, links, markup) differs from
channel to channel, so each one takes that out itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventcore.notification import Link, Member, Notification, Part, Said

CUT = "…"
"""Stands where a text was cut."""

MAX_LISTED = 10
"""Members that a reader of a message is shown; the totals say how many there are."""

MAX_LISTED_IN_DIGEST = 5
"""Members of a digest, which names its groups above them."""

MAX_PARTS = 40
"""Groups of a digest that a reader is shown, as far as the channel's limit allows."""

MAX_SAID = 3
"""Messages of many members that a reader is shown."""

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


def seen(notification: Notification) -> str:
    """How often and when, for example `7 times, 2026-11-21 02:00:00 – 02:10:00 UTC`."""
    first, last, count = notification.first_seen, notification.last_seen, notification.events
    times = "" if count <= 1 else f"{_at_least(notification.at_least)}{count:,} times, "
    if count == 1 or first == last:
        return f"{times}{last:%Y-%m-%d %H:%M:%S} UTC"
    until = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{times}{first:%Y-%m-%d %H:%M:%S} – {until} UTC"


def member_name(member: Member) -> str:
    """What happened to whom, for example `BackOff: Pod shop/web-1`."""
    path = "/".join(part for part in (member.namespace, member.name) if part)
    subject = " ".join(part for part in (member.kind, path) if part)
    return ": ".join(part for part in (member.reason, subject) if part) or member.uid


def tally(member: Member) -> str:
    """How often it happened, for example `× 3, 10 in all, over`: three times since the last message."""
    if member.since is None or member.since == member.count:
        times = f"× {member.count:,}"
    elif member.since:
        times = f"× {member.since:,}, {member.count:,} in all"
    else:
        times = f"× {member.count:,} in all"
    return f"{times}, over" if member.resolved else times


def rows(notification: Notification) -> Iterator[tuple[str, str]]:
    """What a reader sees side by side: the facts, when it was seen, and the totals."""
    yield from ((fact.name, fact.value) for fact in notification.facts)
    yield "Seen", seen(notification)
    members = notification.members
    later = any(member.since not in (None, member.count) for member in members)
    if len(members) > 1 or notification.objects > 1 or notification.groups > 1:
        yield "Since the last message" if later else "In all", totals(notification)
    elif later:
        new = f"{notification.events:,}" if notification.events else "none"
        yield "In all", f"{_number(members[0].count, 'event')}, {new} since the last message"


def totals(notification: Notification) -> str:
    """For a notification of several events: how many, on how many objects, in how many groups."""
    groups = f" in {_number(notification.groups, 'group')}" if notification.groups > 1 else ""
    return _events_on_objects(notification) + groups


def shown_members(notification: Notification) -> tuple[Member, ...]:
    """The top ones, as many as a reader looks at."""
    return notification.members[: MAX_LISTED_IN_DIGEST if notification.parts else MAX_LISTED]


def more_members(notification: Notification) -> str:
    """`and 5 more` behind those that are shown; empty if they are all."""
    shown = shown_members(notification)
    objects = {(member.kind, member.namespace, member.name) for member in shown}
    more = max(notification.objects - len(objects), len(notification.members) - len(shown))
    return f"and {_at_least(notification.at_least)}{more:,} more" if more > 0 else ""


def part_line(part: Part) -> str:
    """A group in a digest, for example `HIGH · BackOff in shop: 12 events on 3 objects`."""
    loudness = "RESOLVED" if part.status == "resolved" else part.severity.upper()
    return f"{loudness} · {shortened(part.title, 250)}: {_events_on_objects(part)}"


def more_parts(notification: Notification) -> str:
    """`and 5 more groups` behind those that are shown; empty if they are all."""
    more = notification.groups - len(notification.parts[:MAX_PARTS]) if notification.parts else 0
    return f"and {_number(more, 'more group')}" if more > 0 else ""


def shown_messages(notification: Notification) -> list[Said]:
    """The most telling ones, as many as a reader looks at."""
    return [said for said in notification.messages if one_line(said.message, 1)][:MAX_SAID]


def said_by(said: Said) -> str:
    """How many of them say a message: `12 of them`."""
    return f"{said.members:,} of them"


def _events_on_objects(told: Notification | Part) -> str:
    return f"{_at_least(told.at_least)}{_number(told.events, 'event')} on {_number(told.objects, 'object')}"


def _at_least(bounded: bool) -> str:
    return "at least " if bounded else ""


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


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
