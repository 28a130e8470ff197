"""What was found, one line each."""

from __future__ import annotations

from collections.abc import Callable


class Report:
    """Writes lines and remembers whether one of them says that `run` would not work."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """
        Args:
            write: takes a line.
        """
        self._write = write
        self.is_well = True

    def ok(self, what: str, found: str) -> None:
        """It works."""
        self._write(f"ok      {what}: {found}\n")

    def note(self, what: str, found: str) -> None:
        """`run` works all the same, but somebody may want to know."""
        self._write(f"note    {what}: {found}\n")

    def failed(self, what: str, found: str) -> None:
        """`run` would not work, or not do what the settings say."""
        self.is_well = False
        self._write(f"failed  {what}: {found}\n")
