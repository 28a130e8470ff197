"""What functions print: a file per function, summed where it is a metric (embedded metric format)."""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from pathlib import Path

_REMEMBERED = 2_000
"""Lines in memory; the file has them all."""


class FunctionLog:
    """The log of one function, written to by all its environments."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=_REMEMBERED)
        self._metrics: Counter[str] = Counter()

    def add(self, line: str) -> None:
        """Keep one line, without its end."""
        with self._lock:
            if self._file.closed:  # an environment that was killed may still have had something to say
                return
            self._lines.append(line)
            self._file.write(line + "\n")
            self._metrics.update(emf_values(line))

    def lines(self) -> tuple[str, ...]:
        """The newest lines, oldest first."""
        with self._lock:
            return tuple(self._lines)

    def metrics(self) -> dict[str, float]:
        """Sum of every metric that the function has printed."""
        with self._lock:
            return dict(self._metrics)

    def close(self) -> None:
        """No more lines."""
        with self._lock:
            self._file.close()


class Logs:
    """The logs of all functions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._logs: dict[str, FunctionLog] = {}

    def of(self, function: str) -> FunctionLog:
        """The log of the function with this name."""
        with self._lock:
            if function not in self._logs:
                self._logs[function] = FunctionLog(self._folder / f"{function}.log")
            return self._logs[function]

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            for log in self._logs.values():
                log.close()


def emf_values(line: str) -> dict[str, float]:
    """Metric → sum of its values in this line; empty when it is no line of the embedded metric format."""
    if not (line.startswith("{") and '"_aws"' in line):
        return {}
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
        names = {metric["Name"] for directive in directives for metric in directive["Metrics"]}
        return {name: _sum(document[name]) for name in names if name in document}
    except (ValueError, KeyError, TypeError):
        return {}  # CloudWatch, too, takes such a line for an ordinary one


def _sum(value: float | list[float]) -> float:
    return sum(value) if isinstance(value, list) else value
