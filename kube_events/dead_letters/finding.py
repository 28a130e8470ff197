"""Looks into every place."""

from __future__ import annotations

from collections.abc import Callable

from kube_events.dead_letters.folder import Folder
from kube_events.dead_letters.letter import Letter
from kube_events.dead_letters.places import bucket_places, entries, queues, unread
from kube_events.dead_letters.queue import Looked
from kube_events.dead_letters.wanted import Wanted
from kube_events.deployment import Deployment
from kube_events.progress import Progress

MAX_READ = 10_000
"""Objects of the bucket that are read: each is a request, so these take minutes."""


def found(
    deployment: Deployment, wanted: Wanted, *, contents: bool, say: Callable[[str], None]
) -> list[Letter]:
    """What is wanted.

    Args:
        deployment: whose.
        wanted: which.
        contents: whether reasons are needed; else objects are only counted where that is enough.
        say: tells what could not be seen, in a line.

    Raises:
        CommandError: a receiver that is asked for does not exist.
        AwsError: a place may not be looked into.
    """
    letters: list[Letter] = []
    with Progress("looking") as progress:
        for queue in queues(deployment, wanted):
            progress.at(queue.name)
            looked = queue.look()
            letters.extend(each._replace(body="") for each in looked.letters if wanted.holds(each))
            doubts(queue.name, looked, say)
        if bucket_places(wanted):
            letters.extend(_objects(Folder(deployment), wanted, contents, progress, say))
    return letters


def _objects(
    folder: Folder, wanted: Wanted, contents: bool, progress: Progress, say: Callable[[str], None]
) -> list[Letter]:
    letters: list[Letter] = []
    read = 0
    for entry in entries(folder, wanted):
        progress.at(entry.key)
        if entry.place == "set-aside" and not contents and not wanted.by_content:
            letters.append(unread(entry))
            continue
        if read == MAX_READ:
            say(f"{MAX_READ} objects were read: there are more; a condition on their age finds them")
            break
        read += 1
        opened = folder.open(entry)
        if opened and wanted.holds(opened.letter):
            letters.append(opened.letter._replace(body=""))
    return letters


def doubts(name: str, looked: Looked, say: Callable[[str], None]) -> None:
    """Say what a look at a queue cannot have seen."""
    seen = len(looked.letters)
    if not looked.whole:
        say(f"{name}: the first {seen} of about {looked.about} were looked at")
    elif looked.hidden:
        say(f"{name}: about {looked.hidden} more are hidden just now: somebody else reads or redrives them")
