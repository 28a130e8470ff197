"""What a command ends with when it cannot do what it was asked."""

from __future__ import annotations

from collections.abc import Collection


class CommandError(Exception):
    """Told to the user as it is, without a traceback; `lines`, one for each thing that is wrong."""

    def __init__(self, lines: Collection[str], *, exit_code: int = 1) -> None:
        self.lines = tuple(lines)
        self.exit_code = exit_code
        """For scripts, where one command can fail in ways that they have to tell apart."""
        super().__init__("\n".join(self.lines))


class UsageError(CommandError):
    """An argument that argparse could not judge by itself; ends as its own errors do."""

    def __init__(self, lines: Collection[str]) -> None:
        super().__init__(lines, exit_code=2)
