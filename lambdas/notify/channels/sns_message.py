"""A notification as SNS takes it: a mail for people, JSON for machines, attributes to filter by.

SNS fans out one message to subscribers of every kind. People get `email` and `sms`; `default`, which is
everybody else (SQS, Lambda, HTTP, Firehose), is the notification as JSON, untouched: nothing in it is
rendered by anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from eventcore.notification import Member, Notification
from lambdas.notify.channels import wording
from lambdas.notify.channels.neutral import without_links

MAX_SUBJECT = 99
"""Characters: "less than 100 characters long", no line breaks or control characters (SNS API, Publish)."""

MAX_PUBLISH = 262_144
"""Bytes of body and attributes together (SNS API, Publish)."""

MAX_ATTRIBUTE_VALUES = 20
"""Distinct values of one attribute. Attributes count towards MAX_PUBLISH, so there is a bound."""

_ATTRIBUTES_RESERVE = 24_576
"""Bytes kept for subject and attributes: five attributes with at most 20 values of at most 100 characters
each, at two bytes a character, since Kubernetes' names are ASCII, and a rest."""

_MAIL_MESSAGE = 8000
"""Characters of an event's message in a mail. Kubernetes' own are at most 1024; other writers' can be 32
KiB."""


class Attribute(NamedTuple):
    """A message attribute; several values become a `String.Array`."""

    name: str
    values: tuple[str, ...]


class Message(NamedTuple):
    """What is given to Publish."""

    subject: str
    body: str
    """For `MessageStructure=json`."""
    attributes: tuple[Attribute, ...]


def render(notification: Notification) -> Message:
    """The largest form of the notification that is within the limits."""
    for smaller in _smaller_and_smaller(notification):
        body = _body(smaller)
        if len(body.encode()) <= MAX_PUBLISH - _ATTRIBUTES_RESERVE:
            break
    return Message(_subject(notification), body, tuple(_attributes(notification)))


def mail(notification: Notification) -> str:
    """Plain text, short lines, the most important first: it is read on a phone at night."""
    paragraphs = [
        [_neutral(f"{wording.headline(notification)}: {notification.title}", 300)],
        *_told(notification),
        list(_about(notification)),
        [f"{_neutral(link.title, 80)}: {link.url}" for link in wording.usable_links(notification)],
        [wording.one_line(wording.origin(notification), 200)],
    ]
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs if paragraph) + "\n"


def _body(notification: Notification) -> str:
    by_protocol = {
        "default": msgspec.json.encode(notification).decode(),
        "email": mail(notification),
        "sms": _neutral(f"{wording.headline(notification)}: {notification.title}", 140),
    }
    return msgspec.json.encode(by_protocol).decode()


def _subject(notification: Notification) -> str:
    text = _neutral(f"[{wording.headline(notification)}] {notification.title}", 10_000)
    return text if len(text) <= MAX_SUBJECT else text[: MAX_SUBJECT - 3].rstrip() + "..."


def _told(notification: Notification) -> Iterator[list[str]]:
    """What the events say, with `> ` before each line, so that no message can pass for a line of ours."""
    members = wording.shown_members(notification)
    if len(members) == 1 and notification.objects <= 1:
        yield [f"> {without_links(line)}" for line in wording.lines(members[0].message, _MAIL_MESSAGE)]
        return
    yield list(_parts(notification))
    yield list(_members(notification, members))
    for said in wording.shown_messages(notification):
        yield [f"> {_neutral(said.message, 400)}", f"({wording.said_by(said)})"]


def _parts(notification: Notification) -> Iterator[str]:
    for part in notification.parts[: wording.MAX_PARTS]:
        yield f"- {_neutral(wording.part_line(part), 400)}"
    if more := wording.more_parts(notification):
        yield f"- {more}"


def _members(notification: Notification, members: tuple[Member, ...]) -> Iterator[str]:
    for member in members:
        yield f"- {_neutral(wording.member_name(member), 300)} {wording.tally(member)}"
        if member.message and not notification.messages:
            yield f"  > {_neutral(member.message, 400)}"
    if more := wording.more_members(notification):
        yield f"- {more}"


def _about(notification: Notification) -> Iterator[str]:
    for name, value in wording.rows(notification):
        yield f"{_neutral(name, 80)}: {_neutral(value, 400)}"


def _attributes(notification: Notification) -> Iterator[Attribute]:
    members = notification.members
    yield Attribute("severity", (notification.severity,))
    # An empty value is refused, so what is not known is left out.
    for name, values in (
        ("cluster", (notification.cluster,)),
        ("namespace", (member.namespace for member in members)),
        ("reason", (member.reason for member in members)),
        ("kind", (member.kind for member in members)),
    ):
        if distinct := tuple(_distinct(values)):
            yield Attribute(name, distinct)


def _distinct(values: Iterable[str]) -> list[str]:
    clean = (wording.one_line(value, 100) for value in values)
    return list(dict.fromkeys(value for value in clean if value))[:MAX_ATTRIBUTE_VALUES]


def _smaller_and_smaller(notification: Notification) -> Iterator[Notification]:
    """The notification as it is, then with shorter messages, fewer members and shorter facts. `events`,
    `objects` and `groups` stay, so a reader knows that there is more."""
    yield notification
    title = wording.shortened(notification.title, 300)
    for message, members in ((4096, 200), (1024, 200), (1024, 50), (256, 20), (64, 1)):
        yield replace(
            notification,
            title=title,
            members=tuple(_cut(member, message) for member in notification.members[:members]),
            parts=tuple(
                replace(part, title=wording.shortened(part.title, 300))
                for part in notification.parts[:members]
            ),
            messages=tuple(
                replace(said, message=wording.shortened(said.message, message))
                for said in notification.messages[: wording.MAX_SAID]
            ),
        )
    yield replace(notification, title=title, members=(), facts=(), links=(), parts=(), messages=())


def _cut(member: Member, limit: int) -> Member:
    return replace(member, message=wording.shortened(member.message, limit))


def _neutral(text: str, limit: int) -> str:
    return without_links(wording.one_line(text, limit))
