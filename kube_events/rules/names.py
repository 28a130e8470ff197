"""Lists of names as arguments."""

from __future__ import annotations

import argparse


def names(text: str) -> tuple[str, ...]:
    """`a,b`. Raises ArgumentTypeError if one of them is empty."""
    found = tuple(name.strip() for name in text.split(","))
    if not all(found):
        raise argparse.ArgumentTypeError("names separated by commas")
    return found
