"""Which server the tests marked `search` run against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sandbox.opensearch.release import VERSIONS

VERSION = "SEARCH_VERSION"
SECURITY = "SEARCH_SECURITY"

_ANSWERS = {"": False, "0": False, "1": True}


class Flavour(NamedTuple):
    """A version of OpenSearch, with or without the security plugin."""

    version: str
    security: bool

    def __str__(self) -> str:
        return f"OpenSearch {self.version} {'with' if self.security else 'without'} security"

    def environment(self) -> dict[str, str]:
        """What tells a run of the tests to take this one."""
        return {VERSION: self.version, SECURITY: str(int(self.security))}

    @classmethod
    def newest(cls) -> Flavour:
        """What is taken where nothing is asked for."""
        return cls(VERSIONS[0], security=False)


FLAVOURS = tuple(Flavour(version, security) for version in reversed(VERSIONS) for security in (False, True))
"""What `make test-search` goes through, oldest first."""


def flavour_of(environ: Mapping[str, str]) -> Flavour | None:
    """The flavour that SEARCH_VERSION and SEARCH_SECURITY ask for; None where they ask for none.

    Raises:
        ValueError: SEARCH_SECURITY is neither 0 nor 1.
    """
    version, security = environ.get(VERSION, ""), environ.get(SECURITY, "")
    if security not in _ANSWERS:
        raise ValueError(f"{SECURITY} is {security!r}: it must be 1, or 0 for a server without security")
    if not version and not security:
        return None
    return Flavour(version or VERSIONS[0], _ANSWERS[security])
