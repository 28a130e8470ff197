"""Keeping a message under its channel's limit without losing what matters most."""

from __future__ import annotations

from collections.abc import Callable

from lambdas.notify.channels.wording import CUT


def fitted(head: str, middle: str, foot: str, *, fits: Callable[[str], bool]) -> str:
    """The three parts as one text that `fits`; what has to go goes from the end of the middle.

    The head says what happened and the foot where to look further, so they are cut only when they are too
    long by themselves. Cuts fall between characters. `fits` must hold for the empty text and for every
    beginning of a text for which it holds.
    """
    if fits(head + middle + foot):
        return head + middle + foot
    if fits(head + CUT + foot):
        return head + _longest(middle, lambda kept: fits(head + kept + CUT + foot)) + CUT + foot
    text = head + foot
    return _longest(text, lambda kept: fits(kept + CUT)) + CUT


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of the text that fits; the empty one if none does."""
    low, high = 0, len(text)
    while low < high:
        half = (low + high + 1) // 2
        low, high = (half, high) if fits(text[:half]) else (low, half - 1)
    return text[:low].rstrip()
