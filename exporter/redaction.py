"""What must not be seen by whoever may read logs: tokens and keys, which other people's error texts repeat.

AWS answers a wrong signature with the whole request that it had expected, session token and all; http.client
shows a header that it cannot send.
"""

from __future__ import annotations

import re

MASK = "***"

_END = r"""[^\s"'\\,;&}]+"""
"""Up to where a value goes, in plain text, in JSON and in Python's own notation."""

_SECRETS = (
    (re.compile(rf"\b(bearer\s+){_END}", re.IGNORECASE), rf"\g<1>{MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), MASK),  # a JSON web token: a service account's
    (
        re.compile(
            rf"""((?:x-amz-security-token|session_?token|secret_?access_?key)["']?\s*[:=]\s*["']?){_END}""",
            re.IGNORECASE,
        ),
        rf"\g<1>{MASK}",
    ),
    # An access key's id is no secret, but half of one: enough of it stays to tell which it is.
    (re.compile(r"\b(A[KS]IA)[0-9A-Z]{8,}([0-9A-Z]{4})\b"), rf"\g<1>{MASK}\g<2>"),
    (re.compile(r"""(\w://)[^/\s"'\\@]+@"""), rf"\g<1>{MASK}@"),  # a name and a password in a URL
)


def redacted(text: str) -> str:
    """The text with a mask in place of whatever looks like a credential."""
    for secret, mask in _SECRETS:
        text = secret.sub(mask, text)
    return text
