"""Reads the characters of a Go expression: sets in brackets, named sets, escapes."""

from __future__ import annotations

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges
from kube_events.rule_import.go_classes import CATEGORIES, PERL, POSIX, ignoring_case
from kube_events.rule_import.go_regex_tree import Chars, UnknownChar


class NotGo(ValueError):
    """What Go's regexp does not take; the text says why."""


class Characters:
    """What is left of an expression, and how one or more characters of it are read."""

    def __init__(self, expression: str) -> None:
        self.rest = expression

    def _class(self, *, ignore_case: bool) -> Chars | UnknownChar:
        """Behind the opening bracket."""
        negated = self._take("^")
        found: list[Ranges] = []
        unknown = None
        first = True
        while first or not self.rest.startswith("]"):
            first = False
            member = self._member()
            if isinstance(member, UnknownChar):
                unknown = member
            else:
                found.append(member.ranges)
        self.rest = self.rest[1:]
        if unknown is not None:
            return unknown
        ranges = charset.union(*found)
        if ignore_case:
            ranges = ignoring_case(ranges)
        return Chars(charset.complement(ranges) if negated else ranges)

    def _member(self) -> Chars | UnknownChar:
        if self.rest.startswith("[:"):
            name, closing, after = self.rest[2:].partition(":]")
            if closing:
                if name.removeprefix("^") not in POSIX:
                    raise NotGo(f"[:{name}:]: no such set of characters")
                self.rest = after
                ranges = POSIX[name.removeprefix("^")]
                return Chars(charset.complement(ranges) if name.startswith("^") else ranges)
        if self.rest.startswith("\\"):
            before = self.rest
            self.rest = self.rest[1:]
            named = self._named_set()
            if named is not None:
                return named
            self.rest = before
        low = high = self._class_character()
        if len(self.rest) >= 2 and self.rest[0] == "-" and self.rest[1] != "]":
            self.rest = self.rest[1:]
            high = self._class_character()
            if high < low:
                raise NotGo(f"the range {chr(low)}-{chr(high)}, whose end comes before its beginning")
        return Chars(((low, high),))

    def _class_character(self) -> int:
        character = self._next("a [ without its ]")
        return self._escaped() if character == "\\" else ord(character)

    def _named_set(self) -> Chars | UnknownChar | None:
        """A set such as \\d or \\pL, whose backslash is read; None if something else comes."""
        letter = self.rest[:1]
        if letter and letter.lower() in PERL:
            self.rest = self.rest[1:]
            ranges = PERL[letter.lower()]
            return Chars(ranges if letter.islower() else charset.complement(ranges))
        if letter not in {"p", "P"}:
            return None
        self.rest = self.rest[1:]
        name = self._next("\\p without a name")
        if name == "{":
            name, brace, self.rest = self.rest.partition("}")
            if not brace:
                raise NotGo("\\p{ without its }")
        bare = name.removeprefix("^")
        if bare not in CATEGORIES and not (len(bare) > 2 and bare[0].isupper()):
            raise NotGo(f"\\p{{{name}}}: no such set of characters")
        return UnknownChar(f"\\p{{{name}}}")

    def _escaped(self) -> int:
        """The character that an escape stands for, whose backslash is read."""
        character = self._next("a backslash at the end")
        simple = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
        if character in simple:
            return simple[character]
        if character.isascii() and not character.isalnum():
            return ord(character)
        if character == "x":
            return self._hexadecimal()
        if character == "0" or (character in "1234567" and self.rest[:1] in tuple("01234567")):
            digits = character
            while len(digits) < 3 and self.rest[:1] in tuple("01234567"):
                digits += self._next()
            return int(digits, 8)
        raise NotGo(f"\\{character}, which means nothing")

    def _hexadecimal(self) -> int:
        if self._take("{"):
            digits, brace, self.rest = self.rest.partition("}")
        else:
            digits, brace, self.rest = self.rest[:2], self.rest[1:2], self.rest[2:]
        if not brace or not digits or not all(one in "0123456789abcdefABCDEF" for one in digits):
            raise NotGo("\\x without its hexadecimal digits")
        code = int(digits, 16)
        if code > 0x10FFFF:
            raise NotGo(f"\\x{{{digits}}}: no character")
        return code

    def _next(self, otherwise: str = "an end too early") -> str:
        if not self.rest:
            raise NotGo(otherwise)
        character, self.rest = self.rest[0], self.rest[1:]
        return character

    def _take(self, text: str) -> bool:
        if not self.rest.startswith(text):
            return False
        self.rest = self.rest[len(text) :]
        return True
