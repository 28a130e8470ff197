"""A running OpenSearch: the one at OPENSEARCH_URL, else one of our own that ends with us."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import msgspec
import urllib3

from sandbox.opensearch.distribution import ServerError, cache_folder, choose, fetch
from sandbox.opensearch.jdk import find_jdks
from sandbox.opensearch.process import START_SECONDS, OpenSearchProcess

__all__ = ["OpenSearchServer", "ServerError"]


_PLAIN_URL = re.compile(r"https?://[^/?#@\s]+\Z")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class OpenSearchServer:
    """An OpenSearch to write to. A context manager; `stop` may be called more than once.

    One that was given by OPENSEARCH_URL is left as it is: neither started nor stopped.
    """

    def __init__(self, url: str, version: str, process: OpenSearchProcess | None = None) -> None:
        self.url = url
        """Without a slash at the end."""
        self.version = version
        self._process = process

    @classmethod
    def start(cls, *, say: Callable[[str], None] = _tell) -> Self:
        """Attach to OPENSEARCH_URL if it is set; else fetch, start and wait until the node is healthy.

        Args:
            say: is told of every step, one line each.

        Raises:
            ServerError: what is missing or wrong, in one line.
        """
        if given := os.environ.get("OPENSEARCH_URL", "").rstrip("/"):
            if not _PLAIN_URL.match(given):
                # Not repeated here: it may hold a password.
                raise ServerError(
                    "OPENSEARCH_URL must be a URL such as http://127.0.0.1:9200, without path, user, password"
                )
            version = _wait_until_healthy(given, seconds=10)
            say(f"using OpenSearch {version} at OPENSEARCH_URL")
            return cls(given, version)
        choice = choose(find_jdks())
        archive = fetch(choice.version, cache=cache_folder(), say=say)
        began = time.monotonic()
        say(f"starting OpenSearch {choice.version} on JDK {choice.jdk.major}")
        process = OpenSearchProcess(choice, archive)
        try:
            url = process.wait_for_address()
            version = _wait_until_healthy(url, seconds=START_SECONDS)
        except BaseException:
            process.stop()
            raise
        say(f"OpenSearch {version} is up at {url} after {time.monotonic() - began:.0f} s")
        return cls(url, version, process)

    @property
    def pid(self) -> int | None:
        """Id of the process that we started; None for a server that was given."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the node and remove what it wrote, if it is ours."""
        if self._process:
            self._process.stop()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _wait_until_healthy(url: str, *, seconds: float) -> str:
    """Wait for green or yellow (one node cannot place replicas); returns the server's version.

    Raises:
        ServerError: nobody answers, or somebody else does.
    """
    deadline = time.monotonic() + seconds
    said = "no answer"
    with urllib3.PoolManager(timeout=5, retries=False) as http:
        while time.monotonic() < deadline:
            try:
                health = http.request("GET", f"{url}/_cluster/health?wait_for_status=yellow&timeout=3s")
                said = f"HTTP {health.status}"
                if health.status == 200:
                    about = msgspec.json.decode(http.request("GET", url).data)
                    return str(about["version"]["number"])
                if health.status in (401, 403):
                    break
            except urllib3.exceptions.HTTPError as error:
                said = str(error)
            except (msgspec.MsgspecError, KeyError, TypeError):
                raise ServerError(f"{url} answers, but not as OpenSearch does") from None
            time.sleep(0.2)
    raise ServerError(f"OpenSearch at {url} is not healthy: {said}")
