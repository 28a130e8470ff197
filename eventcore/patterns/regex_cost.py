"""How much work a backtracking matcher can be made to do: an upper bound, over all texts of a given length.

Python's matcher tries the ways in which an expression can match one after the other. Two numbers bound that
for each node of the tree, entered at one place of the text: `ways`, in how many ways it can match there
such that what follows may still match; and `work`, how many steps it takes to go through them. A sequence
multiplies the ways of its parts and enters each part once for every way through the parts before it.

Most repeats have one way only: when what follows must begin with a character that the repeat itself cannot
begin with, giving a character back never helps (`[0-9]+s`). Only the others (`.*s`) have as many ways as
the text is long.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges
from eventcore.patterns.errors import Refused
from eventcore.patterns.regex_tree import UNBOUNDED, Characters, Choice, Node, Place, Repeat, Sequenced

_TOO_MANY = 10**12
"""Beyond it, how many does not matter, and numbers stay small."""


class Cost(NamedTuple):
    """Upper bounds for one entry into a node."""

    ways: int
    work: int


def worst_case(tree: Sequenced, length: int) -> int:
    """Steps that matching a whole text of `length` characters can take at most.

    Raises:
        Refused: an unbounded repeat of something that can match one text in several ways: exponential.
    """
    parts = tree.parts
    # A final `.*` never fails, so whoever reaches it is done: it makes no one try again.
    if parts and _is_rest(parts[-1]):
        return min(_TOO_MANY, _sequence(parts[:-1], charset.ANYTHING, length).work + length)
    return _sequence(parts, charset.NOTHING, length).work


def _cost(node: Node, follow: Ranges, length: int) -> Cost:
    """`follow`: what the text may go on with after the node; nothing, where the text has to end."""
    match node:
        case Characters() | Place():
            return Cost(1, 1)
        case Sequenced(parts):
            return _sequence(parts, follow, length)
        case Choice(options):
            return _choice(options, follow, length)
        case Repeat():
            return _repeat(node, follow, length)


def _sequence(parts: tuple[Node, ...], follow: Ranges, length: int) -> Cost:
    follows = [follow]
    for part in reversed(parts[1:]):
        follows.append(charset.union(_first(part), follows[-1]) if _nullable(part) else _first(part))
    ways, work = 1, 1
    for part, after in zip(parts, reversed(follows), strict=False):
        cost = _cost(part, after, length)
        work = min(_TOO_MANY, work + ways * cost.work)
        ways = min(_TOO_MANY, ways * cost.ways)
    return Cost(ways, work)


def _choice(options: tuple[Node, ...], follow: Ranges, length: int) -> Cost:
    costs = [_cost(option, follow, length) for option in options]
    work = sum(cost.work for cost in costs)
    if all(_exclusive(left, right) for left, right in combinations(options, 2)):
        return Cost(max(cost.ways for cost in costs), work)
    return Cost(sum(cost.ways for cost in costs), work)


def _repeat(node: Repeat, follow: Ranges, length: int) -> Cost:
    again = _first(node.body)
    body = _cost(node.body, charset.union(again, follow) if node.most > 1 else follow, length)
    most = min(node.most, length)
    if body.ways == 1 and not _nullable(node.body):
        # Each round can end in one place only, so the rounds follow one another and no character is read by
        # two.
        ways = 1 if not charset.overlap(again, follow) else most - min(node.least, most) + 1
        return Cost(ways, most * (_size(node.body) if node.most == UNBOUNDED else body.work))
    if node.most == UNBOUNDED:
        raise Refused(
            "an unbounded repeat only of what can match in one way: not of something empty, and not of a "
            "repeat or alternatives that can take the same characters, such as (a+)+ or (a|ab)*"
        )
    ways, work, rounds = 1, 1, 1
    for _ in range(most):
        work += rounds * body.work
        rounds *= body.ways
        ways += rounds
        if work > _TOO_MANY or ways > _TOO_MANY:
            return Cost(_TOO_MANY, _TOO_MANY)
    return Cost(ways, work)


def _exclusive(left: Node, right: Node) -> bool:
    """Whether no text can begin as both: at some place they must have characters that never agree."""
    return any(not charset.overlap(a, b) for a, b in zip(_opening(left), _opening(right), strict=False))


def _opening(node: Node) -> list[Ranges]:
    """The sets of the characters with which the node must begin, one by one, as far as that is certain."""
    opening: list[Ranges] = []
    for part in node.parts if isinstance(node, Sequenced) else (node,):
        if isinstance(part, Characters):
            opening.append(part.ranges)
        elif not isinstance(part, Place):
            if not _nullable(part):
                opening.append(_first(part))
            break
    return opening


def _first(node: Node) -> Ranges:
    """The characters with which a match of the node can begin."""
    match node:
        case Characters(ranges):
            return ranges
        case Place():
            return charset.NOTHING
        case Choice(options):
            return charset.union(*map(_first, options))
        case Repeat(body, _, most):
            return _first(body) if most else charset.NOTHING
        case Sequenced(parts):
            first = charset.NOTHING
            for part in parts:
                first = charset.union(first, _first(part))
                if not _nullable(part):
                    break
            return first


def _nullable(node: Node) -> bool:
    """Whether the node can match no character at all."""
    match node:
        case Characters():
            return False
        case Place():
            return True
        case Choice(options):
            return any(map(_nullable, options))
        case Repeat(body, least, _):
            return least == 0 or _nullable(body)
        case Sequenced(parts):
            return all(map(_nullable, parts))


def _size(node: Node) -> int:
    """Nodes that one character can be looked at by."""
    match node:
        case Choice(nodes) | Sequenced(nodes):
            return sum(map(_size, nodes)) or 1
        case Repeat(body):
            return _size(body) + 1
        case _:
            return 1


def _is_rest(node: Node) -> bool:
    """Whether the node is `.*` itself."""
    return node == Repeat(Sequenced((Characters(charset.ANYTHING),)), 0, UNBOUNDED)
