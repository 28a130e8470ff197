"""Lists the events that a cluster still has, page by page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from eventcore.backoff import Backoff
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.repair import repaired
from kube_events.errors import CommandError

PAGE_SIZE = 500
"""Objects of one page: client-go's default."""

PAGE_SECONDS = 60.0
"""Within which the API server answers or ends the request (its --request-timeout)."""

PATIENCE = 300.0
"""Seconds for which the API server may refuse or not answer, in a row."""

MAX_LISTS = 5
"""Lists that are begun, if the server forgets one after the other before its end (after five minutes); and
tokens in a row that lead to no page."""


class ClusterError(CommandError):
    """The cluster cannot be asked, or does not answer as one does."""

    def __init__(self, line: str) -> None:
        super().__init__([line])


class _ListMeta(Struct, rename="camel"):
    continue_: str = field(default="", name="continue")


class _Page(Struct):
    metadata: _ListMeta
    items: list[Raw] | None = None


class _Status(Struct):
    message: str = ""
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


class _Gone(Exception):
    """The token is too old; perhaps the server gave another for what is left of the list, as it is now."""

    def __init__(self, continue_: str) -> None:
        super().__init__()
        self.continue_ = continue_


class ClusterEvents:
    """The events of a cluster, or of one namespace."""

    def __init__(
        self,
        kubeconfig: Path | None,
        context: str | None,
        namespace: str | None,
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        backoff: Backoff = Backoff(base=0.8, cap=30.0),  # noqa: B008 - frozen
    ) -> None:
        """
        Args:
            kubeconfig: None is where kubectl looks.
            context: None is the current one.
            namespace: None is all of them.
            say: tells why there is a wait, in a line.
            sleep: waits for so many seconds.
            clock: seconds that only rise.
            backoff: between tries.

        Raises:
            ClusterError: the kubeconfig cannot be used.
        """
        import yaml
        from kubernetes import client, config

        try:
            options = client.Configuration()
            # What is worth another try is decided here, and said.
            options.retries = False
            config.load_kube_config(  # type: ignore[no-untyped-call]
                None if kubeconfig is None else str(kubeconfig), context, client_configuration=options
            )
        except (config.ConfigException, yaml.YAMLError, OSError, ValueError, TypeError) as error:
            raise ClusterError(f"kubeconfig: {_one_line(error)}") from None
        core = client.CoreV1Api(client.ApiClient(options))
        self._server: str = options.host
        self._say = say
        self._sleep = sleep
        self._clock = clock
        self._backoff = backoff
        if namespace is None:
            self._where = "all namespaces"
            self._list: Callable[..., Any] = core.list_event_for_all_namespaces
        else:
            self._where = f"namespace {namespace}"
            self._list = lambda **options: core.list_namespaced_event(namespace, **options)
        self._page = msgspec.json.Decoder(_Page)
        self._event = msgspec.json.Decoder(KubernetesEvent)

    def __iter__(self) -> Iterator[KubernetesEvent]:
        """Each event in its present state. Where a list has to be begun again, some come twice.

        Raises:
            ClusterError: the server refuses, does not answer for minutes, or is none.
        """
        continue_, lists, forgotten = "", 1, 0
        while True:
            try:
                page = self._patiently(continue_)
            except _Gone as gone:
                continue_ = gone.continue_
                forgotten += 1
                if not continue_:
                    lists += 1
                if lists > MAX_LISTS or forgotten > MAX_LISTS:
                    raise ClusterError(f"{self._server} forgets its lists before their end") from None
                if not continue_:
                    self._say("the server has forgotten the list: it is begun again")
                continue
            forgotten = 0
            for item in page.items or ():
                yield self._decoded(item)
            continue_ = page.metadata.continue_
            if not continue_:
                return

    def _patiently(self, continue_: str) -> _Page:
        since, failures = self._clock(), 0
        while True:
            try:
                return self._ask(continue_)
            except _NotNowError as error:
                failures += 1
                delay = max(error.retry_after, self._backoff.delay(failures))
                if self._clock() + delay > since + PATIENCE:
                    raise ClusterError(f"{self._server}: for {PATIENCE:.0f} s: {error}") from None
                self._say(f"{self._server}: {error}; again in {delay:.0f} s")
                self._sleep(delay)

    def _ask(self, continue_: str) -> _Page:
        from kubernetes.client import ApiException
        from urllib3.exceptions import HTTPError, LocationValueError

        options: dict[str, Any] = {"limit": PAGE_SIZE, **({"_continue": continue_} if continue_ else {})}
        try:
            answer = self._list(_preload_content=False, _request_timeout=PAGE_SECONDS, **options)
            return self._page.decode(answer.data)
        except ApiException as refused:
            if not refused.status:
                # So the client says that TLS failed: an authority that is not known, or a wrong name.
                raise ClusterError(f"{self._server}: {_one_line(refused)}") from None
            raise self._refusal(refused.status, refused.body or b"", refused.headers or {}) from None
        except LocationValueError as error:
            raise ClusterError(f"kubeconfig: server {self._server!r}: {_one_line(error)}") from None
        except HTTPError as error:
            raise _NotNowError(_one_line(error)) from None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ClusterError(f"{self._server}: its answer is no list of events") from None

    def _refusal(self, code: int, body: bytes | str, headers: Any) -> Exception:
        try:
            status = msgspec.json.decode(body, type=_Status)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            status = _Status()
        if code == 410:
            return _Gone(status.metadata.continue_)
        if code == 429 or code >= 500:
            after = str(headers.get("Retry-After", ""))
            return _NotNowError(
                f"HTTP {code} {status.message}".strip(), int(after) if after.isdecimal() else 0
            )
        if code == 401:
            return ClusterError(f"{self._server} does not accept the credentials of the kubeconfig")
        if code == 403:
            needed = f"the right to list events in {self._where} is missing"
            return ClusterError(f"{self._server}: {needed}: {status.message}")
        return ClusterError(f"{self._server}: HTTP {code} {status.message}".strip())

    def _decoded(self, item: Raw) -> KubernetesEvent:
        """An object that is not of the usual shape is repaired, as by the exporter."""
        try:
            return self._event.decode(item)
        except msgspec.ValidationError:
            return repaired(json.loads(bytes(item)))


class _NotNowError(Exception):
    def __init__(self, text: str, retry_after: float = 0.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
