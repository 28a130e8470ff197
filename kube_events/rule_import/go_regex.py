"""Reads a regular expression as Go's regexp does, and says where it is none.

The rules are those of regexp/syntax with its flags `Perl`, which regexp.MatchString takes. Greedy or lazy
makes no difference to whether a text matches, so it is not kept.
"""

from __future__ import annotations

from typing import NamedTuple

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges
from kube_events.rule_import.go_characters import Characters, NotGo
from kube_events.rule_import.go_classes import ignoring_case
from kube_events.rule_import.go_regex_tree import (
    EMPTY,
    NO_LINE_END,
    Alt,
    Chars,
    Node,
    Place,
    Repeat,
    Seq,
    alt,
    seq,
)

_MAX_REPEAT = 1000
"""Go's bound on {n,m}, and on the product of those that are nested."""

_MAX_DEPTH = 200
"""Groups in groups. Go takes 1,000; nobody writes them, and each costs several frames of Python's stack."""


class TooDeep(ValueError):
    """Groups deeper than this reader goes."""


class _Flags(NamedTuple):
    ignore_case: bool = False
    lines: bool = False
    """(?m)"""
    dot_all: bool = False
    """(?s)"""


def parse_go(pattern: str, *, short_names: bool = True) -> Node:
    """The tree of an expression.

    Args:
        pattern: the expression.
        short_names: whether (?<name>…) is taken, as it is since Go 1.22.

    Raises:
        NotGo: regexp.Compile refuses it, so that regexp.MatchString never matches.
        TooDeep: nobody can tell.
    """
    parser = _Parser(pattern, short_names)
    tree = parser.alternatives(0)
    if parser.rest:
        raise NotGo("a ) without its (")
    return tree


class _Parser(Characters):
    def __init__(self, pattern: str, short_names: bool) -> None:
        super().__init__(pattern)
        self._short_names = short_names
        self._flags = _Flags()
        self._counted: dict[int, Repeat] = {}
        """By id: repeats that were written as {n,m}. They are kept here so that no id is used twice."""

    def alternatives(self, depth: int) -> Node:
        """Up to the ) of the group, or the end."""
        if depth > _MAX_DEPTH:
            raise TooDeep
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        return alt(tuple(options))

    def _sequence(self, depth: int) -> Node:
        items: list[Node] = []
        repeated = False
        while self.rest and self.rest[0] not in "|)":
            bounds = self._repeat()
            if bounds is not None:
                if repeated:
                    raise NotGo("a repeat of a repeat, such as a**")
                if not items:
                    raise NotGo("a repeat of nothing: *, +, ? or {} at the beginning")
                self._take("?")
                items[-1] = self._repeated(items[-1], *bounds)
                repeated = True
                continue
            repeated = False
            items.extend(self._item(depth))
        return seq(*items) if items else EMPTY

    def _repeat(self) -> tuple[int, int | None, bool] | None:
        """Bounds of the repeat that comes next, and whether it is counted; None if none comes."""
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return (*bounds, False)
        if not self.rest.startswith("{"):
            return None
        inside, brace, after = self.rest[1:].partition("}")
        first, comma, second = inside.partition(",")
        if not brace or not _is_count(first) or not (second == "" or _is_count(second)):
            return None
        least = int(first)
        most = (int(second) if second else None) if comma else least
        if least > _MAX_REPEAT or (most is not None and (most > _MAX_REPEAT or most < least)):
            raise NotGo(f"{{{inside}}}: counts go up to {_MAX_REPEAT}, the smaller one first")
        self.rest = after
        return least, most, True

    def _repeated(self, body: Node, least: int, most: int | None, counted: bool) -> Node:
        repeat = Repeat(body, least, most)
        if counted:
            self._counted[id(repeat)] = repeat
            if (least >= 2 or (most or 0) >= 2) and not self._affordable(repeat, _MAX_REPEAT):
                raise NotGo(f"counted repeats inside of one another, more than {_MAX_REPEAT} together")
        return repeat

    def _affordable(self, node: Node, room: int) -> bool:
        match node:
            case Repeat(body, least, most):
                if id(node) in self._counted:
                    times = least if most is None else most
                    if most == 0:
                        return True
                    if times > room:
                        return False
                    room //= times or 1
                return self._affordable(body, room)
            case Seq(nodes) | Alt(nodes):
                return all(self._affordable(one, room) for one in nodes)
            case _:
                return True

    def _item(self, depth: int) -> list[Node]:
        """What comes next: one thing, or several characters out of \\Q…\\E."""
        character = self._next()
        match character:
            case "(":
                return self._group(depth)
            case "[":
                return [self._class(ignore_case=self._flags.ignore_case)]
            case "\\":
                return self._escape()
            case "^":
                return [Place("line begin" if self._flags.lines else "begin")]
            case "$":
                return [Place("line end" if self._flags.lines else "end")]
            case ".":
                return [Chars(charset.ANYTHING if self._flags.dot_all else NO_LINE_END)]
        return [self._literal(ord(character))]

    def _group(self, depth: int) -> list[Node]:
        outer = self._flags
        if self.rest.startswith("?") and not self._named():
            self.rest = self.rest[1:]
            if self._flags_end() == ")":
                return []  # the flags hold to the end of the group around it
        body = self.alternatives(depth + 1)
        if not self._take(")"):
            raise NotGo("a ( without its )")
        self._flags = outer
        return [body]

    def _named(self) -> bool:
        openings = ("?P<", "?<") if self._short_names else ("?P<",)
        if not self.rest.startswith(openings) or self.rest.startswith(("?<=", "?<!")):
            return False
        name, bracket, self.rest = self.rest.partition("<")[2].partition(">")
        if (
            not bracket
            or not name
            or not all(one == "_" or (one.isascii() and one.isalnum()) for one in name)
        ):
            raise NotGo("a group with a wrong name")
        return True

    def _flags_end(self) -> str:
        """Read flags up to their : or ), and give it."""
        fields = {"i": "ignore_case", "m": "lines", "s": "dot_all", "U": None}
        on, said = True, False
        while self.rest:
            character = self._next()
            if character in fields:
                said = True
                field = fields[character]
                if field is not None:
                    self._flags = self._flags._replace(**{field: on})
            elif character == "-" and on:
                on, said = False, False
            elif character in ":)" and (on or said):
                return character
            else:
                break
        raise NotGo("(? with what Go does not have, such as look-ahead and look-behind")

    def _escape(self) -> list[Node]:
        following = self.rest[:1]
        places = {"A": "begin", "z": "end", "b": "boundary", "B": "no boundary"}
        if following in places and following:
            self.rest = self.rest[1:]
            return [Place(places[following])]
        if following == "Q":
            quoted, _, self.rest = self.rest[1:].partition("\\E")
            return [self._literal(ord(one)) for one in quoted]
        named = self._named_set()
        if named is not None:
            return [named]
        return [self._literal(self._escaped())]

    def _literal(self, code: int) -> Chars:
        ranges: Ranges = ((code, code),)
        return Chars(ignoring_case(ranges) if self._flags.ignore_case else ranges)


def _is_count(text: str) -> bool:
    """Digits without a leading zero, as Go wants them; otherwise the brace stands for itself."""
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
