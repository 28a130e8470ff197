"""What people see who wait, and columns."""

from __future__ import annotations

import io

import pytest

from kube_events.aligned import aligned, duration
from kube_events.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_changes_and_goes() -> None:
    times = iter([1.0, 1.0, 1.1, 2.0, 2.0])
    terminal = Terminal()
    with Progress("queue", stream=terminal, clock=lambda: next(times)) as progress:
        progress.at("1 put back")
        progress.at("2 put back")  # too soon
        progress.at("3 put\x1b back")
    assert terminal.getvalue().split("\r\x1b[K") == ["", "queue: 1 put back", "queue: 3 put\ufffd back", ""]


def test_nothing_is_said_where_standard_error_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with Progress("queue") as progress:
        progress.at("1 put back")


def test_nothing_is_said_where_nobody_watches() -> None:
    pipe = io.StringIO()
    with Progress("queue", stream=pipe) as progress:
        progress.at("1 put back")
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0s"), (0.4, "0s"), (45, "45s"), (3600, "1h"), (3661, "1h1m"), (90_000, "1d1h"), (86_460, "1d")],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_columns_are_as_wide_as_what_they_hold() -> None:
    assert list(aligned(("A", "B", "C"), [("x\ny", "", "警告"), ("longer", "b", "c")])) == [
        "A        B   C",
        "x y      -   警告",
        "longer   b   c",
    ]
    assert list(aligned(("A",), [])) == []
