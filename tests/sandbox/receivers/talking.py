"""How a test talks to the receivers: over HTTP, as anybody would."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import urllib3

JSON = "application/json; charset=utf-8"


class Answered(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def post(url: str, body: Any, *, content_type: str = JSON) -> Answered:
    """POST a body, as JSON unless it is bytes already."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _request("POST", url, data, {"Content-Type": content_type})


def get(url: str) -> Answered:
    """GET it."""
    return _request("GET", url, None, {})


def _request(method: str, url: str, data: bytes | None, headers: dict[str, str]) -> Answered:
    with urllib3.PoolManager(retries=False) as http:
        response = http.request(method, url, body=data, headers=headers)
        return Answered(response.status, response.data.decode(), dict(response.headers))


def markdown(text: str = "BackOff of web-1", **more: Any) -> dict[str, Any]:
    """A message as DingTalk takes it."""
    return {"msgtype": "markdown", "markdown": {"title": "t", "text": text}} | more
