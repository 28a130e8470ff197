"""The one way in which a patch gets into moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def replace(owner: type, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` where `owner.name` is.

    Raises:
        AttributeError: there is no such name, so this moto is not the one that the patch was written for.
    """
    original = owner.__dict__.get(name)
    if original is None:
        raise AttributeError(f"moto has no {owner.__module__}.{owner.__qualname__}.{name} any more")
    setattr(owner, name, make(original))


def add(owner: type, name: str, value: Any) -> None:
    """Give `owner` something that moto does not have.

    Raises:
        AttributeError: moto has it by now; the patch is to be taken out.
    """
    if name in owner.__dict__:
        raise AttributeError(f"moto has a {owner.__module__}.{owner.__qualname__}.{name} of its own by now")
    setattr(owner, name, value)


def never_dispatch(owner: type) -> None:
    """Keep moto from calling functions when something arrives at this queue or stream.

    It would start a container per record where Docker is, and lose time where it is not; calling functions
    is the Lambda service's business. moto asks `lambda_event_source_mappings` for whom to call: an attribute
    that takes everything and is always empty.
    """

    def nobody(_: object) -> dict[str, Any]:
        return {}

    def forget(_: object, value: object) -> None:
        """The constructor sets it."""

    add(owner, "lambda_event_source_mappings", property(nobody, forget))
