"""What Terraform says with -json: one object per line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_NOTHING = {"no-op", "noop", "read"}


class Messages:
    """Takes the lines of a command and keeps what somebody may ask for afterwards."""

    def __init__(self, on_progress: Callable[[str], None]) -> None:
        self._on_progress = on_progress
        self._done = 0
        self._errors: list[str] = []
        self._planned: list[str] = []

    @property
    def planned(self) -> tuple[str, ...]:
        """`<action> <address>` of each resource that is not as it should be."""
        return tuple(self._planned)

    def errors(self) -> str:
        """Terraform's errors, one after the other."""
        return "\n".join(self._errors)

    def take(self, line: str) -> None:
        """Read one line. What is no JSON is an error message too: Terraform itself fell over."""
        try:
            message: dict[str, Any] = json.loads(line)
        except ValueError:
            self._errors.append(line.strip())
            return
        match message.get("type"):
            case "planned_change":
                self._plan(message["change"])
            case "apply_complete" if message["hook"]["action"] not in _NOTHING:
                self._done += 1
                address = message["hook"]["resource"]["addr"]
                self._on_progress(f"{self._done}/{max(self._done, len(self._planned))} {address}")
            case "diagnostic" if message["@level"] == "error":
                self._errors.append(_diagnosis(message["diagnostic"]))

    def _plan(self, change: dict[str, Any]) -> None:
        if change["action"] not in _NOTHING:
            self._planned.append(f"{change['action']} {change['resource']['addr']}")


def _diagnosis(diagnostic: dict[str, Any]) -> str:
    detail = " ".join(diagnostic.get("detail", "").split())
    where = diagnostic.get("address")
    return f"{diagnostic['summary']}{f' ({where})' if where else ''}{f': {detail}' if detail else ''}"
