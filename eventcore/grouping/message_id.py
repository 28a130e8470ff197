"""What a message is called: the same timer gives the same name, so that the ledger knows a second copy."""

from __future__ import annotations

from hashlib import sha256

_CHARACTERS = 32
"""Half of a SHA-256 in hex: 128 bits tell all messages apart."""


def message_id(key: str, created: float, generation: int) -> str:
    """Of the message that the timer of this generation gives.

    Args:
        key: of the item whose timer it is: a group, or a receiver's digest.
        created: when that began, so that one which was forgotten and made anew is another.
        generation: of the timer.
    """
    # NUL separates: no name of a receiver has one.
    return sha256(f"{key}\0{created}\0{generation}".encode()).hexdigest()[:_CHARACTERS]
