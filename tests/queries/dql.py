"""From Dashboards Query Language to Query DSL, as OpenSearch Dashboards translates it.

The grammar is that of its `kuery.peg`, without what our docs and dashboards do not use: nested queries
(`{…}`), wildcards in the names of fields, null, and wildcards in a value with blanks, which it would take
apart into words. A field that the index does not have is an error here, where Dashboards finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, NamedTuple

from eventcore.document_fields import BY_NAME

Query = dict[str, Any]

_SPACE = re.compile(r"[ \t\r\n]*")
_OR = re.compile(r"[ \t\r\n]+or[ \t\r\n]+", re.IGNORECASE)
_AND = re.compile(r"[ \t\r\n]+and[ \t\r\n]+", re.IGNORECASE)
_NOT = re.compile(r"not[ \t\r\n]+", re.IGNORECASE)
_KEYWORD = re.compile(f"{_OR.pattern}|{_AND.pattern}|{_NOT.pattern}", re.IGNORECASE)
_ESCAPED_WHITESPACE = {"\\t": "\t", "\\r": "\r", "\\n": "\n"}
_ESCAPED = re.compile(r'\\([\\():<>"*{}]|or|and|not)', re.IGNORECASE)
_RANGE = re.compile(r"<=|>=|<|>")
_RANGE_NAMES = {"<=": "lte", ">=": "gte", "<": "lt", ">": "gt"}
_SPECIAL = frozenset('\\():<>"*{}')
_NUMBER = re.compile(r"(-?[1-9]+\d*([.]\d+)?)$|(-?0[.]\d*[1-9]+)$|0$|0.0$|[.]\d+$")
_QUERY_STRING_SPECIAL = re.compile(r'([+-=&|><!(){}\[\]^"~*?:\\/])')
"""Dashboards' own class of characters: `+-=` is a range, so digits are among them."""


class DqlError(ValueError):
    """A query that is no DQL, or DQL outside of the subset; says where."""


def translate(text: str) -> Query:
    """The query that OpenSearch Dashboards sends for this text of its search bar.

    Raises:
        DqlError: the text cannot be read, uses what is outside of the subset, or names an unknown field.
    """
    parser = _Parser(text)
    parser.skip_space()
    if parser.at_end():
        return {"match_all": {}}
    query = parser.any_of(parser.subquery)
    parser.skip_space()
    if not parser.at_end():
        raise parser.error("expected `and`, `or` or the end")
    return query


class _Literal(NamedTuple):
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


class _Parser:
    """Recursive descent, a method for each rule of the grammar."""

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
        self._take(_SPACE)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _expect(self, character: str) -> None:
        if not self._text.startswith(character, self._at):
            raise self.error(f"expected `{character}`")
        self._at += len(character)

    def any_of(self, operand: Callable[[], Query]) -> Query:
        """Operands with `and` between them, groups of these with `or` between them."""
        groups = [self._all_of(operand)]
        while self._take(_OR):
            groups.append(self._all_of(operand))
        return groups[0] if len(groups) == 1 else _should(groups)

    def _all_of(self, operand: Callable[[], Query]) -> Query:
        operands = [self._negated(operand)]
        while self._take(_AND):
            operands.append(self._negated(operand))
        return operands[0] if len(operands) == 1 else {"bool": {"filter": operands}}

    def _negated(self, operand: Callable[[], Query]) -> Query:
        return {"bool": {"must_not": operand()}} if self._take(_NOT) else operand()

    def subquery(self) -> Query:
        if self._text.startswith("(", self._at):
            return self._in_parentheses(lambda: self.any_of(self.subquery))
        return self._expression()

    def _in_parentheses(self, inside: Callable[[], Query]) -> Query:
        self._expect("(")
        self.skip_space()
        query = inside()
        self.skip_space()
        self._expect(")")
        return query

    def _expression(self) -> Query:
        start = self._at
        literal = self._literal()
        after_literal = self._at
        self.skip_space()
        if operator := self._take(_RANGE):
            field = self._field(literal, start)
            self.skip_space()
            return _should([{"range": {field: {_RANGE_NAMES[operator]: self._bound()}}}])
        if self._text.startswith(":", self._at):
            field = self._field(literal, start)
            self._expect(":")
            self.skip_space()
            return self._values(field)
        self._at = after_literal
        return self._anywhere(literal)

    def _field(self, literal: _Literal, start: int) -> str:
        if literal.has_wildcard:
            self._at = start
            raise self.error("wildcards in the name of a field are outside of the subset")
        known = BY_NAME.get(literal.text)
        if known is None:
            self._at = start
            near = get_close_matches(literal.text, BY_NAME, n=1)
            raise self.error(
                f"the index has no field {literal.text}" + "".join(f"; {name}?" for name in near)
            )
        if known.type == "kept":
            self._at = start
            raise self.error(f"{literal.text} is kept, but not indexed")
        return literal.text

    def _bound(self) -> str | bool | int | float:
        literal = self._literal()
        if literal.has_wildcard:
            raise self.error("a wildcard is no bound of a range")
        return literal.value()

    def _values(self, field: str) -> Query:
        """One value, or a list in parentheses, of lists in parentheses."""
        if self._text.startswith("(", self._at):
            return self._in_parentheses(lambda: self.any_of(lambda: self._values(field)))
        return _is(field, self._literal())

    def _anywhere(self, literal: _Literal) -> Query:
        if literal.has_wildcard:
            return {"query_string": {"query": _query_string(literal)}}
        kind = "phrase" if literal.quoted else "best_fields"
        return {"multi_match": {"type": kind, "query": literal.value(), "lenient": True}}

    def _literal(self) -> _Literal:
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
        literal = _Literal(tuple(pieces), quoted=False)
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
        if escaped := self._take(_ESCAPED):
            return escaped
        if here.startswith("*"):
            self._at += 1
            return "*"
        if not here or here[0] in _SPECIAL or _KEYWORD.match(self._text, self._at):
            return None
        self._at += 1
        return here[0]

    def _quoted(self) -> _Literal:
        start = self._at
        self._expect('"')
        text = ""
        while not self.at_end():
            here = self._text[self._at : self._at + 2]
            if here in _ESCAPED_WHITESPACE or here in ('\\"', "\\\\"):
                text += _ESCAPED_WHITESPACE.get(here, here[1])
                self._at += 2
            elif here[0] == '"':
                self._at += 1
                return _Literal((text,), quoted=True)
            else:
                text += here[0]
                self._at += 1
        self._at = start
        raise self.error('no `"` ends what begins here')


def _is(field: str, literal: _Literal) -> Query:
    if literal.pieces == ("", ""):
        return _should([{"exists": {"field": field}}])
    if literal.has_wildcard:
        return _should([{"query_string": {"fields": [field], "query": _query_string(literal)}}])
    value = literal.value()
    if BY_NAME[field].type == "date":
        return _should([{"range": {field: {"gte": value, "lte": value}}}])
    return _should([{"match_phrase" if literal.quoted else "match": {field: value}}])


def _should(queries: list[Query]) -> Query:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _query_string(literal: _Literal) -> str:
    return "*".join(_QUERY_STRING_SPECIAL.sub(r"\\\1", piece) for piece in literal.pieces)
