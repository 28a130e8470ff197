"""A running OpenSearch: the one at OPENSEARCH_URL, else one of our own that ends with us."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.opensearch.distribution import Plugins, archive
from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.health import Credentials, plugins, wait_until_healthy
from sandbox.opensearch.jdk import find_jdks
from sandbox.opensearch.maven import cache_folder
from sandbox.opensearch.node_folder import NodeFolder, Setting
from sandbox.opensearch.plugins import ism_zip_of_environment
from sandbox.opensearch.process import START_SECONDS, OpenSearchProcess
from sandbox.opensearch.release import choose
from sandbox.opensearch.security import ADMIN, random_password, secure

__all__ = ["OpenSearchServer", "ServerError"]

ISM = "opensearch-index-management"

_PLAIN_URL = re.compile(r"https?://[^/?#@\s]+\Z")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class OpenSearchServer:
    """An OpenSearch to write to. A context manager; `stop` may be called more than once.

    One that was given by OPENSEARCH_URL is left as it is: neither started nor stopped.
    """

    def __init__(
        self,
        url: str,
        version: str,
        process: OpenSearchProcess | None = None,
        *,
        admin: Credentials | None = None,
    ) -> None:
        self.url = url
        """Without a slash at the end. Stays what it is over kill and restart."""
        self.version = version
        self.admin = admin
        """User and password that may do everything; None where nobody has to sign in."""
        self._process = process

    @classmethod
    def start(
        cls,
        version: str | None = None,
        *,
        security: bool = False,
        ism_zip: Path | None = None,
        settings: Mapping[str, Setting] | None = None,
        say: Callable[[str], None] = _tell,
    ) -> Self:
        """Attach to OPENSEARCH_URL if it is set and nothing particular is asked for; else `launch` one.

        Args:
            version, security, ism_zip, settings: as for `launch`.
            say: is told of every step, one line each.

        Raises:
            ServerError: what is missing or wrong, in one line.
        """
        particular = version or security or ism_zip or settings
        if not particular and (given := os.environ.get("OPENSEARCH_URL")):
            return cls.attach(given, say=say)
        return cls.launch(version, security=security, ism_zip=ism_zip, settings=settings, say=say)

    @classmethod
    def attach(
        cls, given: str, admin: Credentials | None = None, *, say: Callable[[str], None] = _tell
    ) -> Self:
        """Use a server that runs already, as this user if it asks for one.

        Raises:
            ServerError: it is not there, not well, or no OpenSearch.
        """
        url = given.rstrip("/")
        if not _PLAIN_URL.match(url):
            # Not repeated here: it may hold a password.
            raise ServerError(
                "OPENSEARCH_URL must be a URL such as http://127.0.0.1:9200, without path, user, password"
            )
        version = wait_until_healthy(url, admin, seconds=10)
        say(f"using OpenSearch {version} at OPENSEARCH_URL")
        return cls(url, version, admin=admin)

    @classmethod
    def launch(
        cls,
        version: str | None = None,
        *,
        security: bool = False,
        admin_password: str | None = None,
        ism_zip: Path | None = None,
        settings: Mapping[str, Setting] | None = None,
        say: Callable[[str], None] = _tell,
    ) -> Self:
        """Fetch, start and wait until the node is healthy; it serves plain HTTP on loopback.

        Args:
            version: a whole version of 2.x or 3.x; else the newest tested one that a JDK here runs.
            security: with the security plugin; `admin` then says how to sign in.
            admin_password: instead of a random one.
            ism_zip: the index management plugin for this version, which Maven does not have; else that of
                OPENSEARCH_ISM_ZIP, if it fits.
            settings: more lines of opensearch.yml, such as `{"thread_pool.write.queue_size": 1}`.
            say: is told of every step, one line each.

        Raises:
            ServerError: what is missing or wrong, in one line.
        """
        choice = choose(find_jdks(), version)
        wanted = Plugins(security=security, ism_zip=ism_zip or ism_zip_of_environment(choice.version, say))
        zipped = archive(choice, wanted, cache=cache_folder(), say=say)
        began = time.monotonic()
        say(f"starting OpenSearch {choice.version}{wanted.in_words()} on JDK {choice.jdk.major}")
        admin = (ADMIN, admin_password or random_password()) if security else None
        folder = NodeFolder(zipped)
        try:
            demo = secure(folder.home, choice.jdk, admin[1]) if admin else {}
            folder.configure({**demo, **(settings or {})})
            process = OpenSearchProcess(folder, choice.jdk)
        except BaseException:
            folder.remove()
            raise
        try:
            url = process.wait_for_address()
            found = wait_until_healthy(url, admin, seconds=START_SECONDS)
        except BaseException:
            process.stop()
            raise
        say(f"OpenSearch {found} is up at {url} after {time.monotonic() - began:.0f} s")
        return cls(url, found, process, admin=admin)

    @property
    def pid(self) -> int | None:
        """Id of the process that we started; None for a server that was given."""
        return self._process.pid if self._process else None

    @cached_property
    def has_ism(self) -> bool:
        """Whether it can delete by age (index state management).

        Raises:
            ServerError: it does not say.
        """
        return ISM in plugins(self.url, self.admin)

    def kill(self) -> None:
        """An outage: the node ends without a warning, and its port refuses until `restart`.

        Raises:
            ServerError: the server is not ours.
        """
        self._own().kill()

    def restart(self) -> None:
        """Start the node again, on the same port and data, and wait until it is healthy.

        Raises:
            ServerError: the server is not ours, or does not come back.
        """
        self._own().restart()
        self._own().wait_for_address()
        wait_until_healthy(self.url, self.admin, seconds=START_SECONDS)

    def write_secret(self) -> Path:
        """Write the administrator's password to a file for its owner alone, which goes when the node does.

        Raises:
            ServerError: the server is not ours, or has no password.
        """
        if self.admin is None:
            raise ServerError(f"OpenSearch at {self.url} has no password: nobody has to sign in")
        return self._own().write_secret(self.admin[1])

    def stop(self) -> None:
        """End the node and remove what it wrote, if it is ours."""
        if self._process:
            self._process.stop()
            self._process = None

    def _own(self) -> OpenSearchProcess:
        if self._process is None:
            raise ServerError(f"OpenSearch at {self.url} is not ours to end: it was given, or is stopped")
        return self._process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
