"""From Dashboards Query Language to Query DSL, as OpenSearch Dashboards translates it.

The grammar is that of its `kuery.peg`, without what our docs and dashboards do not use: nested queries
(`{…}`), wildcards in the names of fields, null, and wildcards in a value with blanks, which it would take
apart into words. A field that the index does not have is an error here, where Dashboards finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from eventcore.document_fields import BY_NAME
from tests.queries.dql_reader import AND, NOT, OR, DqlError, Literal, Reader

__all__ = ["DqlError", "translate"]

Query = dict[str, Any]

_RANGE = re.compile(r"<=|>=|<|>")
_RANGE_NAMES = {"<=": "lte", ">=": "gte", "<": "lt", ">": "gt"}
_QUERY_STRING_SPECIAL = re.compile(r'([+-=&|><!(){}\[\]^"~*?:\\/])')
"""Dashboards' own class of characters: `+-=` is a range, so digits are among them."""


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


class _Parser(Reader):
    """Recursive descent, a method for each rule of the grammar."""

    def any_of(self, operand: Callable[[], Query]) -> Query:
        """Operands with `and` between them, groups of these with `or` between them."""
        groups = [self._all_of(operand)]
        while self.take(OR):
            groups.append(self._all_of(operand))
        return groups[0] if len(groups) == 1 else _should(groups)

    def _all_of(self, operand: Callable[[], Query]) -> Query:
        operands = [self._negated(operand)]
        while self.take(AND):
            operands.append(self._negated(operand))
        return operands[0] if len(operands) == 1 else {"bool": {"filter": operands}}

    def _negated(self, operand: Callable[[], Query]) -> Query:
        return {"bool": {"must_not": operand()}} if self.take(NOT) else operand()

    def subquery(self) -> Query:
        if self.comes("("):
            return self._in_parentheses(lambda: self.any_of(self.subquery))
        return self._expression()

    def _in_parentheses(self, inside: Callable[[], Query]) -> Query:
        self.expect("(")
        self.skip_space()
        query = inside()
        self.skip_space()
        self.expect(")")
        return query

    def _expression(self) -> Query:
        start = self._at
        literal = self.literal()
        after_literal = self._at
        self.skip_space()
        if operator := self.take(_RANGE):
            field = self._field(literal, start)
            self.skip_space()
            return _should([{"range": {field: {_RANGE_NAMES[operator]: self._bound()}}}])
        if self.comes(":"):
            field = self._field(literal, start)
            self.expect(":")
            self.skip_space()
            return self._values(field)
        self._at = after_literal
        return self._anywhere(literal)

    def _field(self, literal: Literal, start: int) -> str:
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
        literal = self.literal()
        if literal.has_wildcard:
            raise self.error("a wildcard is no bound of a range")
        return literal.value()

    def _values(self, field: str) -> Query:
        """One value, or a list in parentheses, of lists in parentheses."""
        if self.comes("("):
            return self._in_parentheses(lambda: self.any_of(lambda: self._values(field)))
        return _is(field, self.literal())

    def _anywhere(self, literal: Literal) -> Query:
        if literal.has_wildcard:
            return {"query_string": {"query": _query_string(literal)}}
        kind = "phrase" if literal.quoted else "best_fields"
        return {"multi_match": {"type": kind, "query": literal.value(), "lenient": True}}


def _is(field: str, literal: Literal) -> Query:
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


def _query_string(literal: Literal) -> str:
    return "*".join(_QUERY_STRING_SPECIAL.sub(r"\\\1", piece) for piece in literal.pieces)
