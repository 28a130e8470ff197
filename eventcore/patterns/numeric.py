"""The operator `numeric`: one comparison, or a range from a lower to an upper bound."""

from __future__ import annotations

import operator
from collections.abc import Callable

from eventcore.patterns.errors import Refused
from eventcore.patterns.operators import Scalar, Test, is_number

_ALLOWED = (
    'a comparison such as ["=", 5] or ["<", 10], or a range such as [">", 0, "<=", 5] whose bounds ascend'
)

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def numeric(operand: object) -> Test:
    """{"numeric": [">", 0, "<=", 5]}. Only numbers can match, never a string of digits."""
    if not isinstance(operand, list):
        raise Refused(_ALLOWED)
    match operand:
        case [str(symbol), bound] if symbol in _COMPARE and is_number(bound):
            return _comparison(symbol, bound)
        case [(">" | ">=") as lower, low, ("<" | "<=") as upper, high] if is_number(low) and is_number(high):
            if low >= high:
                raise Refused(_ALLOWED)
            above, below = _comparison(lower, low), _comparison(upper, high)
            return lambda value: above(value) and below(value)
    raise Refused(_ALLOWED)


def _comparison(symbol: str, bound: float) -> Test:
    compare = _COMPARE[symbol]

    def holds(value: Scalar) -> bool:
        return is_number(value) and compare(value, bound)

    return holds
