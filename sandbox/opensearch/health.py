"""What a server says about itself."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import urllib3

from sandbox.opensearch.errors import ServerError

Credentials = tuple[str, str]
"""User and password."""


def wait_until_healthy(url: str, admin: Credentials | None = None, *, seconds: float) -> str:
    """Wait for green or yellow (one node cannot place replicas); returns the server's version.

    Raises:
        ServerError: nobody answers, or somebody else does.
    """
    deadline = time.monotonic() + seconds
    said = "no answer"
    with urllib3.PoolManager(timeout=5, retries=False, headers=signed_in(admin)) as http:
        while time.monotonic() < deadline:
            try:
                health = http.request("GET", f"{url}/_cluster/health?wait_for_status=yellow&timeout=3s")
                said = f"HTTP {health.status}"
                if health.status == 200:
                    about = msgspec.json.decode(http.request("GET", url).data)
                    return str(about["version"]["number"])
                # Right after its start the security plugin does not know its own users yet.
                if health.status in (401, 403) and admin is None:
                    break
            except urllib3.exceptions.HTTPError as error:
                said = str(error)
            except (msgspec.MsgspecError, KeyError, TypeError):
                raise ServerError(f"{url} answers, but not as OpenSearch does") from None
            time.sleep(0.2)
    raise ServerError(f"OpenSearch at {url} is not healthy: {said}")


def plugins(url: str, admin: Credentials | None = None) -> frozenset[str]:
    """The names of the plugins that the server has.

    Raises:
        ServerError: it does not say.
    """
    try:
        with urllib3.PoolManager(timeout=30, retries=False, headers=signed_in(admin)) as http:
            answer = http.request("GET", f"{url}/_cat/plugins?format=json")
        found: list[dict[str, Any]] = msgspec.json.decode(answer.data) if answer.status == 200 else []
    except (urllib3.exceptions.HTTPError, msgspec.MsgspecError) as error:
        raise ServerError(f"OpenSearch at {url} does not name its plugins: {error}") from None
    if answer.status != 200:
        raise ServerError(f"OpenSearch at {url} does not name its plugins: HTTP {answer.status}")
    return frozenset(each["component"] for each in found)


def signed_in(user: Credentials | None) -> dict[str, str]:
    """The headers of a request by this user; nobody's without one."""
    return urllib3.make_headers(basic_auth=":".join(user)) if user else {}
