"""What became of what the rules ask for: told, refused, over before it was told, or still to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import boto3

from eventcore.grouping.digest import Digest
from eventcore.grouping.encoding import decode_digest, decode_group
from eventcore.grouping.group import Group, GroupMember
from eventcore.queue_message import NotificationMessage, decode_message
from sandbox.demo.expectation import Place


class State:
    """The groups and digests that lie in the table at a moment."""

    def __init__(self, items: Iterable[Mapping[str, Any]]) -> None:
        self.groups: list[Group] = []
        self.digests: list[Digest] = []
        for item in items:
            key, state = item["pk"]["S"], item.get("state", {}).get("B")
            if key.startswith("group#"):
                self.groups.append(decode_group(state))
            elif key.startswith("digest#"):
                self.digests.append(decode_digest(state))

    def members(self, receiver: str) -> Iterator[tuple[Place, GroupMember]]:
        """Every Event object that the groups of the receiver know."""
        for group in self.groups:
            if group.route.receiver == receiver:
                yield from ((Place(receiver, group.key, uid), one) for uid, one in group.members.items())

    def settled(self, receiver: str) -> dict[Place, int]:
        """Events that nobody needs to hear of any more, because they were over first."""
        return {
            place: member.settled - (member.told if member.told < member.settled else 0)
            for place, member in self.members(receiver)
            if member.settled
        }

    def waiting(self, receiver: str) -> int:
        """Events that a timer will tell."""
        pending = sum(
            max(0, member.count - max(member.told, member.settled)) for _, member in self.members(receiver)
        )
        return pending + sum(digest.events for digest in self.digests if digest.receiver == receiver)

    def knows(self, counts: Mapping[Place, int]) -> int:
        """How many of these Event objects have been told, or need not be, with this count."""
        known = {
            place: max(member.told, member.settled)
            for receiver in {place.receiver for place in counts}
            for place, member in self.members(receiver)
        }
        return sum(known.get(place, 0) >= count for place, count in counts.items())


class Refusals:
    """The dead letters of a receiver. Reading hides a message for a while, so what was read is remembered."""

    def __init__(self, client_settings: Mapping[str, Any], queue: str) -> None:
        self._queues: Any = boto3.client("sqs", **client_settings)
        self._url = self._queues.get_queue_url(QueueName=queue)["QueueUrl"]
        self._seen: dict[str, NotificationMessage] = {}

    def look(self) -> tuple[NotificationMessage, ...]:
        """All that have come so far, each of another notification."""
        while found := self._receive():
            for message in found:
                body = decode_message(message["Body"])
                if isinstance(body, NotificationMessage):
                    self._seen[body.notification.id] = body
        return tuple(self._seen.values())

    def _receive(self) -> list[Any]:
        answer = self._queues.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=0, VisibilityTimeout=30
        )
        return list(answer.get("Messages", ()))
