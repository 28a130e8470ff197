"""The named sets of characters of Go's regular expressions (regexp/syntax, with Perl's flags)."""

from __future__ import annotations

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges


def _of(*pairs: str) -> Ranges:
    return charset.union(*(((ord(pair[0]), ord(pair[-1])),) for pair in pairs))


_LETTERS = _of("AZ", "az")
_ALNUM = charset.union(_LETTERS, charset.DIGITS)

PERL = {
    "d": charset.DIGITS,
    "s": _of("\t\n", "\f\r", " "),  # without \v, which Python's \s has
    "w": charset.WORD,
}
"""After a backslash; the capital letter is the complement."""

POSIX = {
    "alnum": _ALNUM,
    "alpha": _LETTERS,
    "ascii": _of("\x00\x7f"),
    "blank": _of("\t", " "),
    "cntrl": _of("\x00\x1f", "\x7f"),
    "digit": charset.DIGITS,
    "graph": _of("!~"),
    "lower": _of("az"),
    "print": _of(" ~"),
    "punct": _of("!/", ":@", "[`", "{~"),
    "space": _of("\t\r", " "),
    "upper": _of("AZ"),
    "word": charset.WORD,
    "xdigit": _of("09", "AF", "af"),
}
"""Inside of brackets, as [:alpha:]."""

_GROUPS = {"C": "cfos", "L": "lmotu", "M": "cen", "N": "dlo", "P": "cdefios", "S": "ckmo", "Z": "lps"}
CATEGORIES = frozenset(group + each for group, kinds in _GROUPS.items() for each in ("", *kinds)) | {"Any"}
"""Unicode's general categories that Go knows after \\p; longer names are taken for scripts."""

_FOLDED_ONE_BY_ONE = 1024
"""Characters of a set that are looked at for their other case; of a larger one only the ASCII letters are."""


def ignoring_case(ranges: Ranges) -> Ranges:
    """The set with the other cases of its letters. Go also folds K with the sign for kelvin and S with ſ."""
    if sum(high - low + 1 for low, high in ranges) > _FOLDED_ONE_BY_ONE:
        return charset.ignoring_case(ranges)
    others = {
        ord(other)
        for low, high in ranges
        for code in range(low, high + 1)
        for other in (chr(code).lower(), chr(code).upper())
        if len(other) == 1
    }
    return charset.union(ranges, *(((one, one),) for one in others))
