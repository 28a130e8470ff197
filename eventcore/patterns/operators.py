"""The operators of a leaf: each takes its operand and gives a test of one string, number, boolean or null."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeGuard

from eventcore.patterns.errors import Refused
from eventcore.patterns.wildcard import compile_wildcard

Scalar = str | int | float | bool | None
Test = Callable[[Scalar], bool]


def prefix(operand: object) -> Test:
    """{"prefix": "prod-"} or {"prefix": {"equals-ignore-case": "prod-"}}."""
    if isinstance(operand, dict):
        start = _ignore_case(operand, "prefix").lower()
        return lambda value: isinstance(value, str) and value.lower().startswith(start)
    text = _string(operand, 'a string, or {"equals-ignore-case": a string}')
    return lambda value: isinstance(value, str) and value.startswith(text)


def suffix(operand: object) -> Test:
    """{"suffix": "-db"} or {"suffix": {"equals-ignore-case": "-db"}}."""
    if isinstance(operand, dict):
        end = _ignore_case(operand, "suffix").lower()
        return lambda value: isinstance(value, str) and value.lower().endswith(end)
    text = _string(operand, 'a string, or {"equals-ignore-case": a string}')
    return lambda value: isinstance(value, str) and value.endswith(text)


def equals_ignore_case(operand: object) -> Test:
    """{"equals-ignore-case": "warning"}."""
    text = _string(operand, "a string").lower()
    return lambda value: isinstance(value, str) and value.lower() == text


def wildcard(operand: object) -> Test:
    """{"wildcard": "web-*"}: `*` stands for any characters or none, `\\*` for itself."""
    matches = compile_wildcard(_string(operand, "a string with * for any characters"))
    return lambda value: isinstance(value, str) and matches(value)


def regex(operand: object) -> Test:
    """{"regex": "web-[0-9]+"}: ours, not EventBridge's. The whole value has to match."""
    from eventcore.patterns.regex import compile_regex  # here, for the same reason as in cidr

    matches = compile_regex(_string(operand, "a regular expression in a string"))
    return lambda value: isinstance(value, str) and matches(value)


def cidr(operand: object) -> Test:
    """{"cidr": "10.0.0.0/8"}: the value is an address, IPv4 or IPv6, in that network."""
    import ipaddress  # here, because it costs milliseconds of a cold start and few rules need it

    network_text = _string(operand, "a network such as 10.0.0.0/8 or fd00::/8")
    try:
        if "/" not in network_text:
            raise ValueError
        network = ipaddress.ip_network(network_text, strict=False)
    except ValueError:
        raise Refused("a network such as 10.0.0.0/8 or fd00::/8") from None

    def contains(value: Scalar) -> bool:
        if not isinstance(value, str):
            return False
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return contains


def anything_but(operand: object) -> Test:
    """Any value but these: a string or number, a list of either, or what an operator on strings finds."""
    if isinstance(operand, dict):
        return _anything_but_found(operand)
    excluded = operand if isinstance(operand, list) else [operand]
    if not excluded or not (all(map(_is_string, excluded)) or all(map(is_number, excluded))):
        raise Refused("a string, a number, a list of either, or an operator on strings")
    if _is_string(excluded[0]):
        strings = frozenset(excluded)
        return lambda value: not (isinstance(value, str) and value in strings)
    numbers = frozenset(excluded)
    return lambda value: not (is_number(value) and value in numbers)


def _anything_but_found(operand: Mapping[object, object]) -> Test:
    """{"anything-but": {"prefix": …}}; also suffix, equals-ignore-case, wildcard; a string or a list."""
    allowed = f"one of {', '.join(INSIDE_ANYTHING_BUT)} with a string or a list of strings"
    if len(operand) != 1:
        raise Refused(allowed)
    ((name, texts),) = operand.items()
    build = INSIDE_ANYTHING_BUT.get(name) if isinstance(name, str) else None
    excluded = texts if isinstance(texts, list) else [texts]
    if build is None or not excluded or not all(map(_is_string, excluded)):
        raise Refused(allowed)
    if name in {"prefix", "suffix"} and "" in excluded:
        raise Refused(f"a {name} that is not empty: every string has the empty one")
    tests = [build(text) for text in excluded]
    return lambda value: not any(test(value) for test in tests)


def is_number(value: object) -> TypeGuard[int | float]:
    """True for a JSON number: Python's booleans are none, nor are NaN and infinity."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_string(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _string(operand: object, allowed: str) -> str:
    if not isinstance(operand, str):
        raise Refused(allowed)
    return operand


def _ignore_case(operand: Mapping[object, object], operator: str) -> str:
    text = operand.get("equals-ignore-case")
    if len(operand) != 1 or not isinstance(text, str):
        raise Refused(f'a string, or {{"equals-ignore-case": a string}}, after {operator}')
    return text


INSIDE_ANYTHING_BUT: Mapping[str, Callable[[object], Test]] = {
    "prefix": prefix,
    "suffix": suffix,
    "equals-ignore-case": equals_ignore_case,
    "wildcard": wildcard,
}
