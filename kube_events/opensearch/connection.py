"""Where OpenSearch is and how to sign in, checked before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from kube_events.opensearch.errors import OpenSearchError

Auth = Literal["sigv4", "basic", "none"]
AUTHS: tuple[Auth, ...] = get_args(Auth)

_REGION_IN_HOST = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.es\.amazonaws\.com(?:\.cn)?$")
"""`search-events-abc.eu-central-1.es.amazonaws.com`: the names that the service gives its domains."""


class Connection(NamedTuple):
    """What is needed to send a request; `password` is empty unless signing in is `basic`."""

    endpoint: str
    auth: Auth
    user: str = ""
    password: str = ""
    region: str = ""
    profile: str = ""
    ca_file: Path | None = None
    seconds: float = 30.0
    """Until an answer has to be there."""

    @property
    def url(self) -> str:
        """The endpoint with its port: without one opensearch-py takes 9200 for http, and 443 for https."""
        url = urlsplit(self.endpoint)
        if url.scheme == "https" or url.port is not None:
            return self.endpoint
        return url._replace(netloc=f"{url.netloc.removesuffix(':')}:80").geturl()

    @property
    def region_of_endpoint(self) -> str:
        """The region that the domain's own name says, else "": a name of one's own says none."""
        found = _REGION_IN_HOST.search(urlsplit(self.endpoint).hostname or "")
        return found[1] if found else ""


def checked_endpoint(text: str) -> str:
    """The URL without a slash at its end.

    Raises:
        OpenSearchError: it is no URL that can be asked, or holds a password, which others could then read.
    """
    try:
        url = urlsplit(text)
        whole = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
        whole = whole and not re.search(r"[\s\x00-\x1f\x7f]", text)
    except ValueError:
        whole = False
    if not whole or url.query or url.fragment:
        shown = text if "@" not in text else "the endpoint"
        raise OpenSearchError(
            f"{shown}: expected a URL such as https://search.example.com or http://127.0.0.1:9200"
        )
    if "@" in url.netloc:
        raise OpenSearchError(
            "the endpoint holds a user: give it by --user, and the password when it is asked for"
        )
    return text.rstrip("/")


def is_readable_on_the_way(endpoint: str) -> bool:
    """Whether others can read what is sent there: http, and to another machine."""
    url = urlsplit(endpoint)
    if url.scheme == "https" or url.hostname == "localhost":
        return False
    try:
        return not ipaddress.ip_address(url.hostname or "").is_loopback
    except ValueError:
        return True
