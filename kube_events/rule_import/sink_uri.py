"""`--sink=TYPE:URI` of kube-eventer, read as Go's net/url reads it. Nothing secret is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from kube_events.errors import CommandError
from kube_events.rule_import.go_expand import Unset, expand_env

_HEX = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AUTHORITY = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?://(?P<authority>[^/]*))?(?P<path>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Sink:
    """A sink as it was asked for."""

    number: int
    """Counted from 1, in the order of the command line."""
    kind: str
    host: str
    """Without user and password."""
    options: Mapping[str, tuple[str, ...]]
    """The query's parameters, in their order."""
    cut_off: bool
    """Whether a # ends the address, so that the options behind it are not there."""
    unread: int
    """Parameters that Go passes over: with a semicolon, or a % that encodes nothing."""
    unset: tuple[Unset, ...]

    @property
    def place(self) -> str:
        """Where in the source it stands."""
        return f"--sink {self.number}"

    def first(self, name: str) -> str | None:
        """The value that kube-eventer takes of an option: the first; None if it is not given."""
        values = self.options.get(name, ())
        return values[0] if values else None


def read_sink(text: str, number: int, variables: Mapping[str, str]) -> Sink:
    """Read one `--sink`.

    Raises:
        CommandError: kube-eventer would not start with it.
    """
    kind, _, uri = text.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", kind):
        raise CommandError([f"--sink {number}: expected TYPE:URI, such as dingtalk:https://…"])
    expanded, unset = expand_env(uri, variables)
    address, hash_sign, _ = expanded.partition("#")
    if any(ord(one) < 0x20 or ord(one) == 0x7F for one in address):
        raise CommandError([f"--sink {number} ({kind}): a URI without control characters"])
    before, _, query = address.partition("?")
    parts = _AUTHORITY.fullmatch(before)
    authority = (parts["authority"] if parts else "") or ""
    options, unread = _query(query)
    return Sink(
        number=number,
        kind=kind,
        host=authority.rpartition("@")[2].lower(),
        options=options,
        cut_off=bool(hash_sign),
        unread=unread,
        unset=tuple(unset),
    )


def _query(query: str) -> tuple[dict[str, tuple[str, ...]], int]:
    """The parameters, and how many of them Go cannot read."""
    found: dict[str, tuple[str, ...]] = {}
    unread = 0
    for pair in query.split("&"):
        if not pair:
            continue
        if ";" in pair or _HEX.search(pair):
            unread += 1
            continue
        name, _, value = (_decoded(part) for part in pair.partition("="))
        found[name] = (*found.get(name, ()), value)
    return found, unread


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", errors="replace")
