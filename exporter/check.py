"""`check`: would `run` work? Each thing it needs, tried once, in one line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import msgspec
from urllib3.exceptions import HTTPError

from exporter.pipeline import open_sink, open_transport
from exporter.settings import Settings
from exporter.ship.errors import SinkError
from exporter.watch.answers import Object
from exporter.watch.errors import ApiServerError, UnexpectedAnswer, Unreachable
from exporter.watch.resource_api import ResourceApi, core_path
from exporter.watch.transport import Transport

WATCH_SECONDS = 1
"""How long the trial watch lasts: the answer is whether it begins."""


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = "unknown"


def check(settings: Settings, write: Callable[[str], object]) -> int:
    """Try everything, write a line for each, and answer the exit code: 0 if all is well, else 1."""
    results = [_attempt("API server", lambda: _api_server(settings), write)]
    results.append(_attempt("sink", lambda: open_sink(settings).describe(), write))
    return 0 if all(results) else 1


def _attempt(what: str, attempt: Callable[[], str], write: Callable[[str], object]) -> bool:
    try:
        write(f"ok      {what}: {attempt()}\n")
    except (ApiServerError, SinkError) as error:
        write(f"failed  {what}: {error}\n")
        return False
    return True


def _api_server(settings: Settings) -> str:
    transport = open_transport(settings)
    version = _version(transport)
    api = ResourceApi(transport, core_path("events"), Object, repair=lambda _raw: Object())
    newest = api.list_page(limit=1).version
    for _line in api.watch(newest, WATCH_SECONDS):
        break
    return f"{transport.host} is Kubernetes {version}; events may be listed and watched"


def _version(transport: Transport) -> str:
    with closing(transport.get("/version", {}, read_timeout=transport.patience.connect)) as response:
        try:
            return msgspec.json.decode(response.data, type=_Version).git_version
        except HTTPError as error:
            raise Unreachable(f"the answer of {transport.host} broke off: {type(error).__name__}") from error
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise UnexpectedAnswer(f"{transport.host} is no Kubernetes API server") from None
