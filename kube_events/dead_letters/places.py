"""Every place in which a deployment keeps dead letters, as far as they are wanted."""

from __future__ import annotations

from collections.abc import Iterator

from kube_events.dead_letters.account import Account
from kube_events.dead_letters.folder import PREFIXES, Entry, Folder, Opened, owner_of
from kube_events.dead_letters.letter import Letter, Place
from kube_events.dead_letters.queue import DeadQueue
from kube_events.dead_letters.wanted import Wanted
from kube_events.deployment import CONSUMERS, DEAD, Deployment
from kube_events.progress import Progress


def queues(deployment: Deployment, wanted: Wanted) -> Iterator[DeadQueue]:
    """The queues. With Kinesis functions have none.

    Raises:
        CommandError: a receiver that is asked for does not exist.
        AwsError: the queues may not be listed.
    """
    for receiver in wanted.receivers:
        deployment.known_receiver(receiver)
    if wanted.place("receiver-queue", next(iter(wanted.receivers), "")):
        for receiver in deployment.receivers():
            if wanted.place("receiver-queue", receiver):
                yield _queue(deployment, deployment.receiver_queue(receiver), "receiver-queue", receiver)
    for consumer in CONSUMERS:
        if wanted.place("function-queue", consumer):
            yield from _if_there(deployment, deployment.function(consumer), "function-queue", consumer)
    if wanted.place("archive-queue", "archive"):
        yield from _if_there(deployment, deployment.archive, "archive-queue", "archive")


def bucket_places(wanted: Wanted) -> tuple[Place, ...]:
    """The places in the bucket that can hold what is wanted."""
    owners = (*wanted.functions, *wanted.receivers) or ("",)
    return tuple(place for place in PREFIXES if any(wanted.place(place, owner) for owner in owners))


def entries(folder: Folder, wanted: Wanted) -> Iterator[Entry]:
    """The objects, as far as their keys and times say whether they are wanted."""
    for place in bucket_places(wanted):
        for entry in folder.entries(place):
            owner = owner_of(entry)
            if (
                wanted.in_time(entry.at)
                and (not owner or wanted.place(place, owner))
                and (not wanted.ids or entry.key in wanted.ids)
            ):
                yield entry


def opened(folder: Folder, wanted: Wanted, account: Account, progress: Progress) -> Iterator[Opened]:
    """The objects that are wanted. Those that are put under the same prefix meanwhile are not among them."""
    for number, entry in enumerate(list(entries(folder, wanted)), 1):
        progress.at(f"{number} objects read")
        found = folder.open(entry)
        if found and wanted.holds(found.letter):
            account.ids.add(entry.key)
            yield found


def unread(entry: Entry) -> Letter:
    """What is known of an object without reading it."""
    return Letter(entry.place, owner_of(entry), entry.key, entry.at)


def _queue(deployment: Deployment, name: str, place: Place, owner: str) -> DeadQueue:
    dead = f"{name}{DEAD}"
    return DeadQueue(deployment.sqs, name=dead, url=deployment.queue_url(dead), place=place, owner=owner)


def _if_there(deployment: Deployment, name: str, place: Place, owner: str) -> Iterator[DeadQueue]:
    dead = f"{name}{DEAD}"
    if url := deployment.find_queue(dead):
        yield DeadQueue(deployment.sqs, name=dead, url=url, place=place, owner=owner)
