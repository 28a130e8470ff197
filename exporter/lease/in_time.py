"""A call that answers in time, whatever hangs in it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class Overdue(Exception):
    """It did not end in time. It may still do what it was to do, later and unseen."""


def in_time(work: Callable[[], T], seconds: float) -> T:
    """What `work` returns or raises, within `seconds`.

    Timeouts of sockets do not bound a request: looking up a name has none, each address of a host and each
    piece of an answer has its own. A leader must know when its time is over.

    Raises:
        Overdue: it goes on in a thread of its own, and nobody looks at what becomes of it.
    """
    future: Future[T] = Future()
    Thread(target=_fulfil, args=(future, work), name="lease-call", daemon=True).start()
    if not wait([future], timeout=max(0.0, seconds)).done:
        raise Overdue
    return future.result()


def _fulfil(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is wanted
        future.set_exception(error)
