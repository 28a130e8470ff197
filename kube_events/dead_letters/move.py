"""Has SQS itself move a whole dead-letter queue: it goes on when this process does not.

A destination is always named: what notify has set aside was sent into the dead-letter queue directly, and of
such a message SQS does not know where it came from.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kube_events.dead_letters.account import Account
from kube_events.deployment import Deployment, asking
from kube_events.errors import CommandError
from kube_events.progress import Progress
from kube_events.reindex.aws import AwsError, is_passing

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_sqs import SQSClient

FASTEST = 500
"""Messages a second (API reference, StartMessageMoveTask)."""

POLL_SECONDS = 1.0

_GOING_ON = frozenset({"RUNNING", "CANCELLING"})

_UNKNOWN = frozenset({"UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", "InvalidAction"})
"""Not every partition and region has it."""


class NoMove(Exception):
    """SQS cannot do it. The text says why."""


class Move:
    """Moves one queue into another."""

    def __init__(
        self,
        deployment: Deployment,
        *,
        source: str,
        destination: str,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None],
    ) -> None:
        """
        Args:
            source: ARN of the dead-letter queue.
            destination: ARN of the queue.
            sleep: waits for so many seconds.
            say: tells the person who waits, in a line.
        """
        from botocore.config import Config

        self._sqs: SQSClient = deployment.sqs
        # Whether SQS can do this is asked once: there is another way.
        with asking("AWS configuration"):
            self._asked_once: SQSClient = deployment.session.client(
                "sqs", config=Config(retries={"total_max_attempts": 1})
            )
        self._source = source
        self._destination = destination
        self._what = f"the queue {source.rpartition(':')[2]}"
        self._sleep = sleep
        self._say = say
        self._earlier: int | None = None
        """When the newest task before ours began, in milliseconds."""

    def run(self, account: Account, *, per_second: int, progress: Progress) -> None:
        """Begin, or follow one that runs already, until it is over. Ctrl-C cancels it.

        Raises:
            NoMove: SQS cannot do it here. Nothing has begun.
            CommandError: it failed, or was cancelled.
            AwsError: it may not be asked for.
        """
        task = self._running() or self._begin(per_second)
        before = account.back
        try:
            while True:
                found = self._task()
                account.back = before + found.get("ApproximateNumberOfMessagesMoved", 0)
                if found["Status"] not in _GOING_ON:
                    break
                progress.at(
                    f"{account.back} of {found.get('ApproximateNumberOfMessagesToMove', '?')} moved by SQS"
                )
                self._sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            self._cancel(task)
            raise
        if found["Status"] != "COMPLETED":
            reason = found.get("FailureReason", "somebody has cancelled it")
            raise CommandError([f"{self._what}: {account.back} moved, then {found['Status']}: {reason}"])

    def _running(self) -> str | None:
        from botocore.exceptions import ClientError

        with asking(self._what):
            try:
                tasks = self._asked_once.list_message_move_tasks(SourceArn=self._source, MaxResults=1)[
                    "Results"
                ]
            except ClientError as error:
                raise _no_move(error) from None
        if tasks and tasks[0]["Status"] == "RUNNING":
            self._say(f"{self._what}: a move that began earlier goes on, at its own rate")
            return tasks[0].get("TaskHandle", "")
        self._earlier = tasks[0].get("StartedTimestamp") if tasks else None
        return None

    def _begin(self, per_second: int) -> str:
        from botocore.exceptions import ClientError

        with asking(self._what):
            try:
                return self._asked_once.start_message_move_task(
                    SourceArn=self._source,
                    DestinationArn=self._destination,
                    MaxNumberOfMessagesPerSecond=min(per_second, FASTEST),
                )["TaskHandle"]
            except ClientError as error:
                raise _no_move(error) from None

    def _task(self) -> Any:
        """Ours, the newest: as long as SQS does not list it yet, it goes on."""
        with asking(self._what):
            tasks = self._sqs.list_message_move_tasks(SourceArn=self._source, MaxResults=1)["Results"]
        if not tasks or (self._earlier is not None and tasks[0].get("StartedTimestamp") == self._earlier):
            return {"Status": "RUNNING"}
        return tasks[0]

    def _cancel(self, task: str) -> None:
        try:
            with asking(self._what):
                self._sqs.cancel_message_move_task(TaskHandle=task)
        except AwsError as error:
            self._say(f"the move goes on: {error}")


def _no_move(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _UNKNOWN or is_passing(error):
        return NoMove(f"SQS does not move it ({code})")
    return error
