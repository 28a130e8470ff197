"""Hands dead letters of the bucket to their function, and takes away those that it took."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from eventcore.backoff import Backoff
from kube_events.dead_letters.account import Account
from kube_events.dead_letters.folder import Folder, Opened, ids_of
from kube_events.errors import CommandError
from kube_events.progress import Progress
from kube_events.reindex.function import MAX_BYTES, Crashed, RecordFunction, TryAgain
from kube_events.reindex.rate import Rate

MAX_LETTERS = 50
"""Of one invocation. A letter that the function dies of takes the others along, until they are halved."""

TRIES = 4
"""About 10 s. A letter stays where it is, so there is no hurry."""

MAX_CRASHES = 5
"""In a row, of letters that were alone: so it is not they that the function dies of."""

_AGAIN = "the function wants it again: its log says why"
_ASIDE = "the function set it aside again: `dead-letters show` says why"


class _Broken(Exception):
    """The function does not work, whatever it is given. The text says why."""


class Invoking:
    """One run."""

    def __init__(
        self,
        folder: Folder,
        function: Callable[[str], RecordFunction],
        account: Account,
        *,
        rate: Rate,
        progress: Progress,
        backoff: Backoff = Backoff(base=1.0, cap=10.0),  # noqa: B008 - frozen
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Args:
            folder: where the letters are.
            function: by its name.
            account: counts what became of them.
            rate: waits where it must.
            progress: is told how far it is.
            backoff: between tries.
            sleep: waits for so many seconds.
        """
        self._folder = folder
        self._function = function
        self._account = account
        self._rate = rate
        self._progress = progress
        self._backoff = backoff
        self._sleep = sleep
        self._crashes = 0
        self._broken: dict[str, str] = {}
        """Functions that do not work, and why."""

    def run(self, letters: Iterable[Opened]) -> None:
        """Hand them over.

        What is meant for a function that does not work stays, and the others go on.

        Raises:
            AwsError: the bucket cannot be used. What was done is in the account.
        """
        for batch in self._batches(letters):
            name, settled = batch[0].function, self._account.settled
            try:
                if name not in self._broken:
                    self._hand_over(batch)
            except _Broken as error:
                self._broken[name] = str(error)
            if name in self._broken:
                self._account.stayed[self._broken[name]] += len(batch) - (self._account.settled - settled)
            self._progress.at(f"{self._account.back} put back")

    def _batches(self, letters: Iterable[Opened]) -> Iterator[list[Opened]]:
        """Of one function each; what Lambda gave up is a batch already."""
        # A second's worth at a time.
        at_once = max(1, min(MAX_LETTERS, int(self._rate.per_second or MAX_LETTERS)))
        batch: list[Opened] = []
        size = 0
        for letter in letters:
            if not letter.function:
                self._account.nobody()
                continue
            bytes_ = len(_payload([letter]))
            alone = letter.letter.place == "lambda-failures"
            full = len(batch) >= at_once or size + bytes_ > MAX_BYTES
            if batch and (alone or full or batch[-1].function != letter.function):
                yield batch
                batch, size = [], 0
            if alone:
                yield [letter]
                continue
            batch.append(letter)
            size += bytes_
        if batch:
            yield batch

    def _hand_over(self, batch: Sequence[Opened]) -> None:
        ids = ids_of(batch)
        self._rate.wait_for(len(ids))
        try:
            failed = self._invoke(batch, ids)
        except Crashed as error:
            if len(batch) == 1:
                self._crashed(batch[0], error)
                return
            middle = len(batch) // 2
            self._hand_over(batch[:middle])
            self._hand_over(batch[middle:])
            return
        self._crashes = 0
        for letter in batch:
            if failed & ids_of([letter]):
                self._account.stayed[_AGAIN] += 1
            elif self._folder.written_anew(letter):
                self._account.stayed[_ASIDE] += 1
            else:
                self._folder.delete(letter)
                self._account.back += 1

    def _invoke(self, batch: Sequence[Opened], ids: set[str]) -> frozenset[str]:
        function = self._function(batch[0].function)
        for attempt in range(1, TRIES + 1):
            try:
                failed = function.invoke(_payload(batch), ids).failed
            except Crashed:
                raise
            except CommandError as error:
                raise _Broken(str(error)) from None
            except TryAgain as error:
                if attempt == TRIES:
                    raise _Broken(f"the function {function.name}: {error}") from None
            else:
                if not failed or attempt == TRIES:
                    return failed
            self._sleep(self._backoff.delay(attempt))
        raise AssertionError("the last try returns or raises")

    def _crashed(self, letter: Opened, error: Crashed) -> None:
        self._crashes += 1
        self._account.stayed[f"the function failed: {error}"] += 1
        if self._crashes == MAX_CRASHES:
            raise _Broken(f"the function {letter.function} fails again and again: {error}")


def _payload(batch: Sequence[Opened]) -> bytes:
    return json.dumps({"Records": [record for letter in batch for record in letter.records]}).encode()
