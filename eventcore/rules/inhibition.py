"""Inhibition, as in Alertmanager: while a source lasts, its targets are not told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from eventcore.event import Event
from eventcore.grouping.arrival import object_key
from eventcore.grouping.key import values_of
from eventcore.rules.compiled import CompiledInhibition
from eventcore.rules.event_pattern import EventTest, Views, compile_for_events
from eventcore.rules.exact_index import exact_values
from eventcore.rules.pattern_list import PatternList
from eventcore.rules.pseudo_events import problem_events
from eventcore.rules.relaxing import relax


class SourceMark(NamedTuple):
    """An event that inhibits others."""

    key: str
    """Of its item in the table."""
    object: str
    """As `object_key` has it."""
    seconds: float
    """For which it is remembered."""


class Inhibitions:
    """All inhibitions of a file.

    What matches both sides of a rule cannot be inhibited by the like (Alertmanager's inhibit.go:
    excludeTwoSidedMatch), so such sources are kept under a key of their own.
    """

    def __init__(self, rules: Sequence[CompiledInhibition], views: Views) -> None:
        """Compile them.

        Raises:
            PatternError: a pattern means nothing to this release.
        """
        self._rules = [_Rule(rule, views, f"inhibit[{at}]") for at, rule in enumerate(rules)]
        self._sources = PatternList([rule.source for rule in rules], views, path="inhibit.source")
        self._targets = PatternList([rule.target for rule in rules], views, path="inhibit.target")
        self._ended = PatternList([relax(rule.source) for rule in rules], views, path="inhibit.source")

    def sources(self, event: Event) -> tuple[SourceMark, ...]:
        """What the event inhibits."""
        return tuple(self._rules[at].mark(event) for at in self._sources.matching(event))

    def inhibitors(self, event: Event) -> tuple[str, ...]:
        """Keys of the sources that inhibit it while they last."""
        return tuple(key for at in self._targets.matching(event) for key in self._rules[at].inhibitors(event))

    def ended(self, recovery: Event, problems: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Keys and objects of the sources that are over if `problems` of the object are."""
        found: dict[str, None] = {}
        for problem in problems if self._rules else ():
            (plain,) = problem_events(recovery, problem, ())
            for at in self._ended.matching(plain):
                for one in problem_events(recovery, problem, self._rules[at].equal):
                    found.update(dict.fromkeys(self._rules[at].keys(one)))
        return tuple((key, object_key(recovery)) for key in found)


class _Rule:
    """One inhibition: the keys of what it remembers."""

    def __init__(self, rule: CompiledInhibition, views: Views, path: str) -> None:
        self.equal = rule.equal
        self._keep = rule.keep
        self._is_source = compile_for_events(rule.source, views, path=f"{path}.source")
        self._is_target = compile_for_events(rule.target, views, path=f"{path}.target")
        self._apart = exclude_each_other(rule.source, rule.target)
        self._identity = msgspec.json.encode([rule.source, rule.target, rule.equal], order="sorted")

    def mark(self, source: Event) -> SourceMark:
        """What is remembered of a source."""
        key = self._key(source, self._both if self._matches(self._is_target, source) else self._one)
        return SourceMark(key, object_key(source), self._keep)

    def inhibitors(self, target: Event) -> tuple[str, ...]:
        """Keys of what mutes a target."""
        if self._apart:
            return (self._key(target, self._one),)
        if self._matches(self._is_source, target):
            return (self._key(target, self._one),)
        return self._key(target, self._one), self._key(target, self._both)

    def keys(self, source: Event) -> tuple[str, ...]:
        """Keys of a source of which is not known whether it matches both sides."""
        one = self._key(source, self._one)
        return (one,) if self._apart else (one, self._key(source, self._both))

    _one, _both = b"source", b"both"

    def _matches(self, test: EventTest | None, event: Event) -> bool:
        return not self._apart and (test is None or test(event))

    def _key(self, event: Event, side: bytes) -> str:
        return _key_of(self._identity, side, values_of(self.equal, event))


@lru_cache(maxsize=4096)
def _key_of(identity: bytes, side: bytes, values: tuple[tuple[str, str], ...]) -> str:
    """Remembered: the many events of a node ask for the same one."""
    said = identity + side + msgspec.json.encode([value for _, value in values])
    return f"source#{sha256(said).hexdigest()[:_KEY_CHARACTERS]}"


_KEY_CHARACTERS = 32
"""128 bits of a SHA-256 in hex."""


def exclude_each_other(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether no event can match both, as far as their exact fields say so."""
    ours, theirs = dict(exact_values(one)), dict(exact_values(other))
    return any(not ours[field] & theirs[field] for field in ours.keys() & theirs.keys())
