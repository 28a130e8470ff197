"""An exporter as a process of its own, and all that it says: its log, and its pages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.error import HTTPError

REPOSITORY = Path(__file__).parents[2]


class Page(NamedTuple):
    """An answer."""

    status: int
    body: str


class ListenedTo:
    """A running exporter whose log is read as it is written."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "exporter", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def until(self, *texts: str) -> None:
        """Read the log until each of these was said."""
        assert self.process.stdout
        missing = {text for text in texts if not any(text in line for line in self.lines)}
        while missing:
            line = self.process.stdout.readline()
            assert line, f"it ended and never said {missing}: {self.lines}"
            self.lines.append(line)
            missing -= {text for text in missing if text in line}

    def logged(self, message: str) -> dict[str, Any]:
        """The fields of the first line whose message begins so."""
        return next(
            fields for line in self.lines if (fields := json.loads(line))["message"].startswith(message)
        )

    def page(self, path: str) -> Page:
        """What it answers. It must listen, on a port of its choice, and log DEBUG."""
        self.until('"listening"')
        url = f"http://127.0.0.1:{self.logged('listening')['port']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return Page(answer.status, answer.read().decode())
        except HTTPError as refused:
            with refused:
                return Page(refused.code, refused.read().decode())

    def stop(self) -> None:
        """Stop it, and read the rest."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=60)
        self.lines += rest.splitlines(keepends=True)
