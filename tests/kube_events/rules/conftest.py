"""The command, run in this process in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kube_events.__main__ import main


class Said(NamedTuple):
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`kube-events rules …`, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KUBE_EVENTS_OPENSEARCH", raising=False)

    def started(*arguments: str | Path) -> Said:
        code = main(["rules", *map(str, arguments)])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return started
