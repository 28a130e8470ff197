"""Puts messages of a dead-letter queue back, one by one: first it is sent, then it is deleted.

Whoever dies in between leaves both, and the next run sends it again. That is told once all the same: notify's
ledger knows the notification, and what functions read from EventBridge has an identity of its own.
"""

from __future__ import annotations

from datetime import timedelta

from kube_events.dead_letters.account import Account
from kube_events.dead_letters.queue import DeadQueue, Held
from kube_events.dead_letters.targets import Target, Unusable
from kube_events.dead_letters.wanted import Wanted
from kube_events.progress import Progress
from kube_events.reindex.rate import Rate

HOLD = 600
"""Seconds for which a message that was received stays hidden if this process is killed."""

SEEN_AGAIN = 3
"""Answers in a row with nothing but what was not wanted before: then the queue has been gone through. SQS may
show a message again although it is hidden, but not again and again."""


def put_back(
    queue: DeadQueue, target: Target, wanted: Wanted, account: Account, *, rate: Rate, progress: Progress
) -> None:
    """Put back what is wanted and was there when it began: what is refused again meanwhile has to wait.

    Raises:
        AwsError: AWS does not do what it is asked. What was done is in the account.
    """
    # SQS tells the time of a message in milliseconds, and its own in whole seconds.
    began = queue.counts().clock + timedelta(seconds=1)
    seen: set[str] = set()
    kept: dict[str, Held] = {}
    rounds = 0
    try:
        for batch in queue.receive(hold=HOLD):
            kept |= {held.handle: held for held in batch}
            fresh = [held for held in batch if held.letter.id not in seen]
            rounds = 0 if fresh else rounds + 1
            if rounds == SEEN_AGAIN:
                return
            for held in fresh:
                seen.add(held.letter.id)
                if held.letter.at >= began or not wanted.holds(held.letter):
                    continue
                account.ids.add(held.letter.id)
                if _taken(queue, target, held, account, rate):
                    del kept[held.handle]
            progress.at(f"{account.back} put back")
    finally:
        queue.release(list(kept.values()))


def _taken(queue: DeadQueue, target: Target, held: Held, account: Account, rate: Rate) -> bool:
    rate.wait_for(1)
    try:
        changed = target.take(held)
    except Unusable as error:
        account.stayed[str(error)] += 1
        return False
    queue.delete(held)
    account.back += 1
    account.renewed += changed
    return True
