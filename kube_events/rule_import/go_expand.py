"""Go's os.ExpandEnv, which both peers run over their settings before they read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_REFERENCE = re.compile(
    r"\$(?:\{([*#$@!?\-0-9])\}|\{([^}]*)\}|(\{)|([*#$@!?\-0-9])|([A-Za-z_][A-Za-z0-9_]*))"
)
"""${name}, a ${ without its }, a special one such as $$ or $1, $name. Any other $ stays as it is."""


class Unset(NamedTuple):
    """A reference to a variable that is not set, which has become nothing."""

    line: int
    written: str


def expand_env(text: str, variables: Mapping[str, str]) -> tuple[str, list[Unset]]:
    """The text with `$name` and `${name}` replaced, and what was replaced by nothing."""
    unset: list[Unset] = []

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[4] or found[5] or ""
        if name in variables:
            return variables[name]
        unset.append(Unset(text.count("\n", 0, found.start()) + 1, found[0]))
        return ""

    return _REFERENCE.sub(value, text), unset
