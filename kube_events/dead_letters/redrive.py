"""Puts dead letters of every place back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from kube_events.dead_letters.account import Account
from kube_events.dead_letters.finding import doubts
from kube_events.dead_letters.folder import Folder
from kube_events.dead_letters.invoking import Invoking
from kube_events.dead_letters.move import Move, NoMove
from kube_events.dead_letters.one_by_one import put_back
from kube_events.dead_letters.places import bucket_places, opened, queues
from kube_events.dead_letters.queue import DeadQueue
from kube_events.dead_letters.targets import ArchiveTarget, QueueTarget, Target, renewed
from kube_events.dead_letters.wanted import Wanted
from kube_events.deployment import DEAD, Deployment
from kube_events.errors import CommandError
from kube_events.progress import Progress
from kube_events.reindex.function import RecordFunction
from kube_events.reindex.rate import Rate


class Redrive:
    """One run. What is wrong with one place does not keep the others waiting."""

    def __init__(
        self, deployment: Deployment, wanted: Wanted, *, per_second: float, say: Callable[[str], None]
    ) -> None:
        """
        Args:
            deployment: whose.
            wanted: which.
            per_second: letters, over all places.
            say: tells the person who waits, in a line.
        """
        self.accounts: list[Account] = []
        self.errors: list[str] = []
        self._deployment = deployment
        self._wanted = wanted
        self._per_second = per_second
        self._rate = Rate(per_second)
        self._say = say
        self._function = cache(lambda name: RecordFunction(deployment.session, name))

    def run(self, *, dry_run: bool) -> None:
        """Go through the places.

        Raises:
            CommandError: a receiver that is asked for does not exist, or nothing can be listed.
        """
        for queue in queues(self._deployment, self._wanted):
            account = self._account(queue.name)
            with self._place(), Progress(queue.name) as progress:
                if dry_run:
                    self._count(queue, account)
                else:
                    self._queue(queue, account, progress)
        if bucket_places(self._wanted):
            account = self._account("the bucket")
            with self._place(), Progress("the bucket") as progress:
                self._bucket(account, progress, dry_run=dry_run)

    def missing(self) -> list[str]:
        """Ids that were asked for and are nowhere."""
        return sorted(self._wanted.ids.difference(*(each.ids for each in self.accounts)))

    def _account(self, where: str) -> Account:
        self.accounts.append(Account(where))
        return self.accounts[-1]

    @contextmanager
    def _place(self) -> Iterator[None]:
        try:
            yield
        except CommandError as error:
            self.errors.extend(error.lines)

    def _queue(self, queue: DeadQueue, account: Account, progress: Progress) -> None:
        if hidden := queue.counts().hidden:
            self._say(
                f"{queue.name}: about {hidden} are hidden just now and stay: run it again in some minutes"
            )
        if queue.place == "archive-queue":
            target: Target = ArchiveTarget(self._deployment)
        else:
            name = queue.name.removesuffix(DEAD)
            url = self._deployment.queue_url(name)
            if self._can_be_moved(queue) and self._moved(queue, name, account, progress):
                return
            target = QueueTarget(self._deployment.sqs, name=name, url=url, now=_now)
        put_back(queue, target, self._wanted, account, rate=self._rate, progress=progress)

    def _can_be_moved(self, queue: DeadQueue) -> bool:
        """Whether all of it is wanted, as it is."""
        if not self._wanted.whole_places or self._per_second < 1:
            return False
        if queue.place == "function-queue":
            return queue.counts().visible > 0
        looked = queue.look()
        now = _now()
        return (
            bool(looked.letters)
            and looked.whole
            and not any(renewed(letter.body, now=now) for letter in looked.letters)
        )

    def _moved(self, queue: DeadQueue, name: str, account: Account, progress: Progress) -> bool:
        arn = queue.counts().arn
        move = Move(self._deployment, source=arn, destination=arn.removesuffix(DEAD), say=self._say)
        try:
            move.run(account, per_second=int(self._per_second), progress=progress)
        except NoMove as error:
            self._say(f"{name}: {error}: message by message")
            return False
        return True

    def _count(self, queue: DeadQueue, account: Account) -> None:
        looked = queue.look()
        now = _now()
        for letter in filter(self._wanted.holds, looked.letters):
            account.ids.add(letter.id)
            account.back += 1
            if queue.place == "receiver-queue" and renewed(letter.body, now=now):
                account.renewed += 1
        doubts(queue.name, looked, self._say)

    def _bucket(self, account: Account, progress: Progress, *, dry_run: bool) -> None:
        folder = Folder(self._deployment)
        letters = opened(folder, self._wanted, account, progress)
        if dry_run:
            for letter in letters:
                if letter.function:
                    account.back += 1
                else:
                    account.nobody()
            return
        Invoking(folder, self._function, account, rate=self._rate, progress=progress).run(letters)


def _now() -> datetime:
    return datetime.now(UTC)
