"""How far a run has come, in a file: the next run with the same arguments goes on behind it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from kube_events.errors import CommandError
from kube_events.reindex.tally import Tally

VERSION = 1


class Progress(msgspec.Struct, rename="camel"):
    """What the file holds."""

    version: int
    command: str
    arguments: dict[str, str]
    """As they were given: another run with this file must have the same."""
    began: datetime
    """When the first run began: times such as `2d` are counted from here."""
    marks: dict[str, str] = {}
    """By place of the source: behind what to go on."""
    tally: Tally = msgspec.field(default_factory=Tally)
    finished: bool = False


class ProgressFile:
    """One file, written whole or not at all; without a path nothing is kept."""

    def __init__(self, path: Path | None, command: str, arguments: Mapping[str, str], now: datetime) -> None:
        """
        Args:
            path: of the file, which need not be there yet.
            command: that is run.
            arguments: that decide what is read and where it goes.
            now: counts as the beginning if the file is not there.

        Raises:
            CommandError: the file is of another run, is none of ours, or cannot be read.
        """
        self._path = path
        self.progress = Progress(VERSION, command, dict(arguments), now)
        self.resumed = False
        if path is None:
            return
        if (before := _read(path)) is not None:
            self.progress = before
            self._compare(path, command, arguments)
            self.resumed = True
        elif not os.access(path.parent, os.W_OK | os.X_OK):
            # Now, and not when the first batch has been written.
            reason = "not writable" if path.parent.is_dir() else "no such folder"
            raise CommandError([f"{path}: {path.parent}: {reason}"])

    def save(self, marks: Mapping[str, str], *, finished: bool = False) -> None:
        """Keep how far it has come.

        Raises:
            CommandError: the file cannot be written.
        """
        self.progress.marks |= marks
        self.progress.finished = finished
        if self._path is None:
            return
        data = msgspec.json.format(msgspec.json.encode(self.progress), indent=1) + b"\n"
        try:
            with NamedTemporaryFile(
                dir=self._path.parent, prefix=f".{self._path.name}.", delete=False
            ) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._path)
        except OSError as error:
            raise CommandError([f"{self._path}: {error.strerror or error}"]) from None

    def _compare(self, path: Path, command: str, arguments: Mapping[str, str]) -> None:
        before = {"command": self.progress.command, **self.progress.arguments}
        now = {"command": command, **arguments}
        differing = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        if differing:
            said = ", ".join(
                f"{name} was {before.get(name) or 'not given'} and is {now.get(name) or 'not given'}"
                for name in differing
            )
            raise CommandError([f"{path}: the progress of another run: {said}. Give it a file of its own"])


def _read(path: Path) -> Progress | None:
    """What is in the file; None without one."""
    try:
        progress = msgspec.json.decode(path.read_bytes(), type=Progress)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CommandError([f"{path}: {error.strerror or error}"]) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CommandError([f"{path}: no progress file: {error}"]) from None
    if progress.version != VERSION:
        raise CommandError([f"{path}: of version {progress.version}; this release writes {VERSION}"])
    return progress
