"""Regular expressions that no text can keep busy: Python's re, behind a bound on what matching costs."""

from __future__ import annotations

import re
from collections.abc import Callable

from eventcore.patterns.errors import Refused
from eventcore.patterns.regex_cost import worst_case
from eventcore.patterns.regex_tree import FLAGS, parse_regex

MAX_PATTERN_CHARACTERS = 512
"""Room for a line of alternatives; longer ones are lists, for which a pattern has lists."""

MAX_VALUE_CHARACTERS = 2048
"""Of a longer value an expression sees the beginning. events/v1 holds its writers to 1 kB of message."""

MAX_STEPS = 250_000_000
"""Steps on the worst text of MAX_VALUE_CHARACTERS: two repeats such as `.*` that compete for it are 4
million, and each step takes a nanosecond or so. A third such repeat is 2,000 times as much."""


def compile_regex(pattern: str) -> Callable[[str], bool]:
    """A test of whole strings against `pattern`; `.*` at its ends looks for a part.

    Raises:
        Refused: it is too long, no regular expression, or one that some text could keep busy.
    """
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise Refused(f"a regular expression of at most {MAX_PATTERN_CHARACTERS} characters")
    if worst_case(parse_regex(pattern), MAX_VALUE_CHARACTERS) > MAX_STEPS:
        raise Refused(
            "a regular expression that tries few ways: at most two repeats that can take what the next part "
            'begins with, such as ".*", beside one at the end; "wildcard" has no such limit'
        )
    fullmatch = re.compile(pattern, FLAGS).fullmatch
    return lambda value: fullmatch(value, 0, MAX_VALUE_CHARACTERS) is not None
