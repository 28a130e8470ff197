"""Wildcards in linear time: each piece between the stars is looked for once, from left to right."""

from __future__ import annotations

from collections.abc import Callable

from eventcore.patterns.errors import Refused


def compile_wildcard(pattern: str) -> Callable[[str], bool]:
    """A test of whole strings against `pattern`, in which `*` stands for any characters or none.

    Raises:
        Refused: two stars in a row, or a backslash before anything but a star or a backslash, as in
        EventBridge.
    """
    first, *rest = _pieces(pattern)
    if not rest:
        return first.__eq__
    *middle, last = rest

    def matches(value: str) -> bool:
        if len(value) < len(first) + len(last) or not value.startswith(first) or not value.endswith(last):
            return False
        position, end = len(first), len(value) - len(last)
        for piece in middle:
            # The leftmost place leaves the most room for the others, so no other place has to be tried.
            found = value.find(piece, position, end)
            if found < 0:
                return False
            position = found + len(piece)
        return True

    return matches


def _pieces(pattern: str) -> list[str]:
    """The literal texts before, between and after the stars."""
    pieces = [""]
    characters = iter(pattern)
    after_star = False
    for character in characters:
        if character == "*":
            if after_star:
                raise Refused("single stars: two in a row mean nothing more than one")
            pieces.append("")
        elif character == "\\":
            escaped = next(characters, "")
            if escaped not in {"*", "\\"}:
                raise Refused(
                    "\\* for a star and \\\\ for a backslash; a backslash before anything else is an error"
                )
            pieces[-1] += escaped
        else:
            pieces[-1] += character
        after_star = character == "*"
    return pieces
