"""Which OpenSearch runs on which of this machine's JDKs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.jdk import Jdk

VERSIONS = ("3.4.0", "2.19.4")
"""What is tested, best first: one of each line that Amazon OpenSearch Service runs."""


class JdkRange(NamedTuple):
    """The JDKs that a line of versions runs on, both ends included."""

    oldest: int
    newest: int


JDKS = {
    3: JdkRange(21, 99),
    2: JdkRange(11, 23),  # needs the SecurityManager, which JDK 24 no longer has
}
"""By major version of OpenSearch."""


class Choice(NamedTuple):
    """A version and the JDK to run it on."""

    version: str
    jdk: Jdk


def choose(jdks: Sequence[Jdk], version: str | None = None) -> Choice:
    """The version asked for, else the best one that is tested, with the first of these JDKs that runs it.

    Raises:
        ServerError: none of them does, or it is no version that the sandbox can start.
    """
    for candidate in (version,) if version else VERSIONS:
        wanted = _range(candidate)
        for jdk in jdks:
            if wanted.oldest <= jdk.major <= wanted.newest:
                return Choice(candidate, jdk)
    found = ", ".join(f"{jdk.major} in {jdk.home}" for jdk in jdks) or "none"
    raise ServerError(
        f"no JDK for OpenSearch{f' {version}' if version else ''} found (found: {found}): "
        f"install JDK {_in_words(version)}, or set JAVA_HOME to one"
    )


def _range(version: str) -> JdkRange:
    number = re.fullmatch(r"(\d+)\.\d+\.\d+", version)
    if number is None or int(number[1]) not in JDKS:
        raise ServerError(
            f"OpenSearch {version!r} is none that the sandbox can start: name a whole version of "
            f"2.x or 3.x, such as {' or '.join(VERSIONS)}"
        )
    return JDKS[int(number[1])]


def _in_words(version: str | None) -> str:
    oldest, newest = _range(version or VERSIONS[0])
    return f"{oldest} or newer" if newest == 99 else f"{oldest} to {newest}"
