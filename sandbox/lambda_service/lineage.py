"""How often a message has gone round through a function: what Lambda ends as a recursive loop.

Lambda hands each invocation a trace header that names the functions on the way and how often each was
passed. AWS' SDKs put that header on what a function sends, SQS keeps it with the message (AWSTraceHeader),
and the next invocation goes on counting. Source: Lambda Developer Guide, "Use Lambda recursive loop detection
to prevent infinite loops". How the field `Lineage` is written is AWS' own business; this form is from memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

MAX_ROUNDS = 16
""" "Approximately 16 times" in one chain of requests."""

_LINEAGE = re.compile(r"Lineage=([0-9a-f:|]+)")


def rounds(headers: Iterable[str], function_arn: str) -> int:
    """How often the most travelled of these trace headers has been through the function."""
    return max((_parsed(header).get(_hash(function_arn), 0) for header in headers), default=0)


def continued(headers: Iterable[str], function_arn: str) -> str:
    """The lineage for an invocation by messages with these trace headers.

    What becomes of a batch whose messages differ Lambda does not say. Here the most travelled one counts.
    """
    passed: dict[str, int] = {_hash(function_arn): 0}
    for header in headers:
        for function, count in _parsed(header).items():
            passed[function] = max(passed.get(function, 0), count)
    passed[_hash(function_arn)] += 1
    return "Lineage=" + "|".join(f"{function}:{count}" for function, count in passed.items())


def _parsed(header: str) -> dict[str, int]:
    found = _LINEAGE.search(header)
    pairs = (part.split(":") for part in found[1].split("|")) if found else ()
    return {pair[0]: int(pair[1]) for pair in pairs}


def _hash(function_arn: str) -> str:
    return hashlib.sha256(function_arn.encode()).hexdigest()[:8]
