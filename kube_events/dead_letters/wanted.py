"""Which dead letters somebody asks for."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from eventcore.rules.durations import ALLOWED, parse_duration
from kube_events.dead_letters.letter import PLACES, Letter, Place
from kube_events.deployment import CONSUMERS

_IN_BUCKET: Collection[Place] = ("set-aside", "lambda-failures")
"""There a letter's id is a key, with slashes."""
_OF_FUNCTIONS: Collection[Place] = ("function-queue", "set-aside", "lambda-failures")


class Wanted(NamedTuple):
    """Every condition that is given has to be met."""

    receivers: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    reason: str = ""
    before: datetime | None = None
    after: datetime | None = None
    ids: frozenset[str] = frozenset()

    def everything(self) -> bool:
        """Whether nothing was asked for in particular."""
        return self == Wanted()

    def place(self, place: Place, owner: str) -> bool:
        """Whether there may be any at all in this place."""
        if self.places and place not in self.places:
            return False
        in_bucket = place in _IN_BUCKET
        if self.ids and not any(("/" in each) is in_bucket for each in self.ids):
            return False
        if not self.receivers and not self.functions:
            return True
        if place == "receiver-queue":
            return owner in self.receivers
        return place in _OF_FUNCTIONS and owner in self.functions

    @property
    def whole_places(self) -> bool:
        """Whether all of a place are wanted, whatever they are."""
        return not self.by_content and not self.ids and not self.before and not self.after

    @property
    def by_content(self) -> bool:
        """Whether a letter has to be read to know if it is wanted."""
        return bool(self.codes or self.reason)

    def holds(self, letter: Letter) -> bool:
        """Whether this one is wanted."""
        return (
            self.place(letter.place, letter.owner)
            and self.in_time(letter.at)
            and (not self.ids or letter.id in self.ids)
            and (not self.codes or letter.code in self.codes)
            and self.reason.casefold() in letter.reason.casefold()
        )

    def in_time(self, at: datetime) -> bool:
        """Whether one that was set aside then can be wanted."""
        return (self.before is None or at <= self.before) and (self.after is None or at >= self.after)


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add the conditions."""
    which = parser.add_argument_group(
        "which", "Conditions, all of which have to hold; each may be given again."
    )
    which.add_argument("--receiver", action="append", default=[], metavar="NAME", help="of this receiver")
    which.add_argument("--function", action="append", default=[], choices=CONSUMERS, help="of this function")
    which.add_argument("--place", action="append", default=[], choices=PLACES, help="in this place")
    which.add_argument(
        "--code",
        action="append",
        default=[],
        metavar="CODE",
        help="with this code, such as expired or 310000",
    )
    which.add_argument("--reason", default="", metavar="TEXT", help="with this text in its reason")
    which.add_argument("--older-than", type=_age, metavar="AGE", help="set aside longer ago, such as 2d")
    which.add_argument("--newer-than", type=_age, metavar="AGE", help="set aside since, such as 90m")


def wanted_of(arguments: argparse.Namespace, *, now: datetime) -> Wanted:
    """What the arguments ask for."""
    return Wanted(
        receivers=frozenset(arguments.receiver),
        functions=frozenset(arguments.function),
        places=frozenset(arguments.place),
        codes=frozenset(arguments.code),
        reason=arguments.reason,
        before=now - arguments.older_than if arguments.older_than is not None else None,
        after=now - arguments.newer_than if arguments.newer_than is not None else None,
    )


def _age(text: str) -> timedelta:
    seconds = parse_duration(text)
    if seconds is None or seconds > _LONGEST_AGE:
        raise argparse.ArgumentTypeError(f"{text!r}: expected {ALLOWED}")
    return timedelta(seconds=seconds)


_LONGEST_AGE = 100 * 365 * 86_400
