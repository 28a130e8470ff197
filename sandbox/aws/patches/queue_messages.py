"""SQS: messages of a queue that several threads use."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from moto.sqs.models import Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from sandbox.aws.patches.replace import never_dispatch, replace

_trace: ContextVar[str] = ContextVar("trace", default="")


def apply() -> None:
    """Put the patches in."""
    never_dispatch(Queue)
    for name in ("send_message", "send_message_batch"):
        replace(SQSResponse, name, _knowing_the_trace)
    replace(SQSBackend, "send_message", _keeping_the_trace)
    replace(Queue, "delete_message", _under_the_queues_lock)
    for name in ("receive_message", "change_message_visibility", "purge_queue"):
        replace(SQSBackend, name, _under_the_lock_of_the_queue)


def _knowing_the_trace(action: Any) -> Any:
    """SQS keeps the trace header of a request with the message (SQS Developer Guide, "Amazon SQS and AWS
    X-Ray"). moto takes it as a system attribute only."""

    def sending(self: Any) -> Any:
        token = _trace.set(self.headers.get("X-Amzn-Trace-Id", ""))
        try:
            return action(self)
        finally:
            _trace.reset(token)

    return sending


def _keeping_the_trace(send_message: Any) -> Any:
    def keeping(self: Any, *args: Any, **kwargs: Any) -> Any:
        message = send_message(self, *args, **kwargs)
        if _trace.get() and not message.system_attributes:
            header = {"DataType": "String", "StringValue": _trace.get()}
            message.system_attributes = {"AWSTraceHeader": header}
        return message

    return keeping


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
