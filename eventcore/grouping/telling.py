"""The most telling messages of many members: the worst and the most said, each said once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eventcore.event import SEVERITIES
from eventcore.grouping.group import GroupMember
from eventcore.notification import Said

MAX_SAID = 3
"""Messages that are quoted. The fourth tells nobody what the first three did not."""

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\S*\d\S*", re.IGNORECASE)
"""Words with a digit: numbers, times, addresses, hashes, uids, names of Pods of a Deployment."""


def most_telling(members: Iterable[GroupMember]) -> tuple[Said, ...]:
    """At most MAX_SAID messages, of which no two differ in numbers, hashes or quoted names only.

    The worst come first, then those that most members say. Each is quoted as the first of its members has it.
    """
    said: dict[str, list[GroupMember]] = {}
    for member in members:
        if member.message:
            said.setdefault(fold(member), []).append(member)
    ranked = sorted(
        said.values(),
        key=lambda group: (min(SEVERITIES.index(member.severity) for member in group), -len(group)),
    )
    return tuple(
        Said(
            message=group[0].message,
            members=len(group),
            severity=min((member.severity for member in group), key=SEVERITIES.index),
        )
        for group in ranked[:MAX_SAID]
    )


def fold(member: GroupMember) -> str:
    """The message without what differs from object to object: two that fold to the same say the same."""
    text = member.message
    for own in (member.name, member.namespace):
        if len(own) > 1:
            text = text.replace(own, "#")
    return _VARYING.sub("#", _QUOTED.sub("#", text))
