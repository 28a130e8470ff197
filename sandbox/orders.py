"""A process that does as it is told: orders are lines of JSON on standard input, answers on its output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]

Order = Callable[..., Any]
"""What is done for one kind of order; takes the order's own words, returns what JSON can say."""


class OrderError(Exception):
    """The process ended instead of answering; says what it was told."""


class OrderedProcess:
    """A module of ours in a process of its own; a context manager. It ends when its input does, so it cannot
    outlive this process however that ends."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for those who use it: it has to be there while they finish.
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def tell(self, order: str, **words: Any) -> Any:
        """Give an order and return the answer.

        Raises:
            OrderError: the process has ended.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - by construction
        assert stdout is not None  # noqa: S101 - by construction
        try:
            stdin.write(json.dumps({"order": order, **words}) + "\n")
            stdin.flush()
        except BrokenPipeError:
            raise OrderError(f"ended before {order}") from None
        line = stdout.readline()
        if not line:
            raise OrderError(f"ended at {order}")
        return json.loads(line)

    def stop(self) -> None:
        """End it and wait for that."""
        self._process.communicate()


def follow(orders: Mapping[str, Order], lines: Sequence[str] | None = None) -> None:
    """Take orders until there are no more, one after the other."""
    for line in sys.stdin if lines is None else lines:
        words = json.loads(line)
        answer = orders[words.pop("order")](**words)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
