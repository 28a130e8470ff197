"""SQS: messages of a queue that several threads use."""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue, SQSBackend

from sandbox.aws.patches.replace import never_dispatch, replace


def apply() -> None:
    """Put the patches in."""
    never_dispatch(Queue)
    replace(Queue, "delete_message", _under_the_queues_lock)
    for name in ("receive_message", "change_message_visibility", "purge_queue"):
        replace(SQSBackend, name, _under_the_lock_of_the_queue)


def _under_the_queues_lock(method: Any) -> Any:
    """moto's delete makes a new list while another thread may add to the old one: that message is lost."""

    def locked(self: Any, *args: Any, **kwargs: Any) -> Any:
        with self._messages_lock:
            return method(self, *args, **kwargs)

    return locked


def _under_the_lock_of_the_queue(method: Any) -> Any:
    """Two receivers at once would both get a message. Who waits for one lets go of the lock meanwhile."""

    def locked(self: Any, queue_name: str, *args: Any, **kwargs: Any) -> Any:
        with self.get_queue(queue_name)._messages_lock:
            return method(self, queue_name, *args, **kwargs)

    return locked
