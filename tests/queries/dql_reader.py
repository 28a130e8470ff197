"""The words of a DQL query: names and values, quoted or not, with their wildcards and what is escaped."""

from __future__ import annotations

import re
from typing import NamedTuple

SPACE = re.compile(r"[ \t\r\n]*")
OR = re.compile(r"[ \t\r\n]+or[ \t\r\n]+", re.IGNORECASE)
AND = re.compile(r"[ \t\r\n]+and[ \t\r\n]+", re.IGNORECASE)
NOT = re.compile(r"not[ \t\r\n]+", re.IGNORECASE)

_KEYWORD = re.compile(f"{OR.pattern}|{AND.pattern}|{NOT.pattern}", re.IGNORECASE)
_ESCAPED_WHITESPACE = {"\\t": "\t", "\\r": "\r", "\\n": "\n"}
_ESCAPED = re.compile(r'\\([\\():<>"*{}]|or|and|not)', re.IGNORECASE)
_SPECIAL = frozenset('\\():<>"*{}')
_NUMBER = re.compile(r"(-?[1-9]+\d*([.]\d+)?)$|(-?0[.]\d*[1-9]+)$|0$|0.0$|[.]\d+$")


class DqlError(ValueError):
    """A query that is no DQL, or DQL outside of the subset; says where."""


class Literal(NamedTuple):
    """A name or a value. `pieces` are what stands between its wildcards."""

    pieces: tuple[str, ...]
    quoted: bool

    @property
    def text(self) -> str:
        return "*".join(self.pieces)

    @property
    def has_wildcard(self) -> bool:
        return len(self.pieces) > 1

    def value(self) -> str | bool | int | float:
        if self.quoted:
            return self.text
        if self.text in ("true", "false"):
            return self.text == "true"
        if _NUMBER.match(self.text):
            return float(self.text) if "." in self.text else int(self.text)
        return self.text


class Reader:
    """Stands at a character of the query, and takes what comes next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def error(self, expected: str) -> DqlError:
        rest = self._text[self._at : self._at + 20]
        return DqlError(
            f"character {self._at + 1}, at {rest!r}: {expected}" if rest else f"at its end: {expected}"
        )

    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def skip_space(self) -> None:
        self.take(SPACE)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def expect(self, character: str) -> None:
        if not self._text.startswith(character, self._at):
            raise self.error(f"expected `{character}`")
        self._at += len(character)

    def comes(self, character: str) -> bool:
        """Whether this is the next one."""
        return self._text.startswith(character, self._at)

    def literal(self) -> Literal:
        if self._text.startswith('"', self._at):
            return self._quoted()
        start = self._at
        pieces = [""]
        while (character := self._unquoted_character()) is not None:
            if character == "*":
                pieces.append("")
            else:
                pieces[-1] += character.removeprefix("\\")
        if self._at == start:
            raise self.error("expected a field or a value" + self._outside())
        pieces[0], pieces[-1] = pieces[0].lstrip(), pieces[-1].rstrip()
        literal = Literal(tuple(pieces), quoted=False)
        if literal.text == "null" or (literal.has_wildcard and re.search(r"\s", literal.text)):
            self._at = start
            raise self.error("null, and wildcards in a value with blanks, are outside of the subset")
        return literal

    def _outside(self) -> str:
        return "; nested queries are outside of the subset" if self._text.startswith("{", self._at) else ""

    def _unquoted_character(self) -> str | None:
        """What the next character stands for: `*` a wildcard, a backslash before what was escaped."""
        here = self._text[self._at : self._at + 2]
        if here in _ESCAPED_WHITESPACE:
            self._at += 2
            return "\\" + _ESCAPED_WHITESPACE[here]
        if escaped := self.take(_ESCAPED):
            return escaped
        if here.startswith("*"):
            self._at += 1
            return "*"
        if not here or here[0] in _SPECIAL or _KEYWORD.match(self._text, self._at):
            return None
        self._at += 1
        return here[0]

    def _quoted(self) -> Literal:
        start = self._at
        self.expect('"')
        text = ""
        while not self.at_end():
            here = self._text[self._at : self._at + 2]
            if here in _ESCAPED_WHITESPACE or here in ('\\"', "\\\\"):
                text += _ESCAPED_WHITESPACE.get(here, here[1])
                self._at += 2
            elif here[0] == '"':
                self._at += 1
                return Literal((text,), quoted=True)
            else:
                text += here[0]
                self._at += 1
        self._at = start
        raise self.error('no `"` ends what begins here')
