"""The Dockerfile, as far as a test has to understand it."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from scripts.chart.layout import ROOT


class Instruction(NamedTuple):
    """One of the Dockerfile."""

    name: str
    """Upper case, such as COPY."""
    rest: str
    """What follows, on one line."""

    @property
    def words(self) -> list[str]:
        """The rest as a shell would split it."""
        return shlex.split(self.rest)


def stages() -> list[list[Instruction]]:
    """What stands before the first FROM, then each stage with its FROM first."""
    lines = [
        line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")
    ]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found: list[list[Instruction]] = [[]]
    for line in filter(str.strip, joined.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, rest.strip()))
    return found


def copied(stage: list[Instruction]) -> list[tuple[str, str]]:
    """(from, to) of each COPY."""
    found = []
    for instruction in stage:
        if instruction.name == "COPY":
            *source, target = [word for word in instruction.words if not word.startswith("--")]
            found.append((source[0], target))
    return found


def environment(stage: list[Instruction]) -> dict[str, str]:
    """All that ENV says."""
    words = [word for instruction in stage if instruction.name == "ENV" for word in instruction.words]
    return dict(word.split("=", 1) for word in words)
