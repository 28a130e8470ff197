"""The server of /metrics and the probes: answers quickly, to whoever asks, and is stopped by no client."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event, Thread
from typing import NamedTuple

import pytest

from exporter.counts import Counts
from exporter.observe.pages import Page, Pages, all_pages, text_page
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.observe.server import MOST_CONNECTIONS, CannotListen, ProbeServer
from exporter.observe.standing import Standing


class Observed:
    """What the server is asked about."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pulse = Pulse(lambda: self.now)
        self.readiness = Readiness()
        self.counts = Counts()

    @property
    def pages(self) -> Pages:
        return all_pages(self.pulse, self.readiness, self.counts, lambda: Standing(leader=True))


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


def ask(port: int, path: str, method: str = "GET", host: str = "127.0.0.1") -> Answer:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read().decode())
    finally:
        connection.close()


Serve = Callable[..., ProbeServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server of pages: `serve(pages)`."""
    with ExitStack() as servers:

        def started(pages: Pages, listen: str = "127.0.0.1:0") -> ProbeServer:
            server = ProbeServer(listen, pages)
            servers.callback(server.stop)
            server.start()
            return server

        yield started


@pytest.fixture
def observed() -> Observed:
    """An exporter that is well."""
    return Observed()


def test_it_lives_while_every_thread_keeps_its_promise(serve: Serve, observed: Observed) -> None:
    observed.pulse.promise("events", 30)
    port = serve(observed.pages).port
    assert ask(port, "/livez")[::2] == (200, "ok\n")
    # WHEN one is silent for longer
    observed.now = 75
    assert ask(port, "/livez")[::2] == (503, "events is stuck: silent for 45 s longer than it may be\n")
    # WHEN it speaks again
    observed.pulse.promise("events", 30)
    assert ask(port, "/livez").status == 200


def test_it_is_ready_when_no_part_lacks_anything(serve: Serve, observed: Observed) -> None:
    observed.readiness.lacks("elector", "the API server does not answer")
    observed.readiness.lacks("events", "the first list is not done")
    port = serve(observed.pages).port
    assert ask(port, "/readyz")[::2] == (
        503,
        "elector: the API server does not answer\nevents: the first list is not done\n",
    )
    # WHEN
    observed.readiness.has_all("elector")
    observed.readiness.has_all("events")
    assert ask(port, "/readyz")[::2] == (200, "ok\n")


def test_metrics_are_what_prometheus_reads(serve: Serve, observed: Observed) -> None:
    observed.counts.add("read", 3)
    answer = ask(serve(observed.pages).port, "/metrics?name[]=x")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "\nkube_events_exporter_events_received_total 3.0\n" in answer.body


def test_head_is_get_without_a_body(serve: Serve, observed: Observed) -> None:
    port = serve(observed.pages).port
    head, get = ask(port, "/livez", "HEAD"), ask(port, "/livez")
    assert head.body == ""
    assert head.status == get.status == 200
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == "3"


def test_another_path_is_404_and_says_what_there_is(serve: Serve, observed: Observed) -> None:
    answer = ask(serve(observed.pages).port, "/healthz")
    assert answer[::2] == (404, "there are /livez, /metrics, /readyz\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_another_method_is_405(serve: Serve, observed: Observed, method: str) -> None:
    answer = ask(serve(observed.pages).port, "/metrics", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_what_is_no_request_is_400_and_is_not_repeated(serve: Serve, observed: Observed) -> None:
    with socket.create_connection(("127.0.0.1", serve(observed.pages).port), timeout=30) as client:
        client.sendall(b"GET /<script> HTTP/x.y\r\n\r\n")
        answer = client.makefile("rb").read()
    assert b"Bad Request" in answer
    assert b"script" not in answer


def test_answers_do_not_name_versions_of_the_software(serve: Serve, observed: Observed) -> None:
    assert ask(serve(observed.pages).port, "/livez").headers["Server"] == "kube-events-exporter"


def test_clients_that_never_finish_asking_keep_nobody_else_from_an_answer(
    serve: Serve, observed: Observed
) -> None:
    # GIVEN more of them than the server has connections for
    port = serve(observed.pages).port
    with ExitStack() as clients:
        for _ in range(2 * MOST_CONNECTIONS):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            client.sendall(b"GET /livez HT")
        # WHEN / THEN
        for _ in range(MOST_CONNECTIONS):
            assert ask(port, "/livez").status == 200


def test_it_answers_while_another_page_is_slow(serve: Serve) -> None:
    asked, go_on = Event(), Event()

    def slow() -> Page:
        asked.set()
        go_on.wait(60)
        return text_page(http.HTTPStatus.OK, "at last")

    port = serve({"/slow": slow, "/livez": lambda: text_page(http.HTTPStatus.OK, "ok")}).port
    answers: list[Answer] = []
    client = Thread(target=lambda: answers.append(ask(port, "/slow")))
    client.start()
    assert asked.wait(30)
    assert ask(port, "/livez").status == 200
    go_on.set()
    client.join(30)
    assert [answer.body for answer in answers] == ["at last\n"]


def test_an_address_that_is_taken_is_a_clear_error(serve: Serve, observed: Observed) -> None:
    listen = f"127.0.0.1:{serve(observed.pages).port}"
    with pytest.raises(CannotListen, match=rf"^cannot listen on {listen}: Address already in use$"):
        ProbeServer(listen, observed.pages)


def test_a_host_that_does_not_resolve_is_a_clear_error(observed: Observed) -> None:
    with pytest.raises(CannotListen, match=r"^cannot listen on nobody\.invalid:8080: "):
        ProbeServer("nobody.invalid:8080", observed.pages)


def test_it_listens_on_ipv6(serve: Serve, observed: Observed) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    port = serve(observed.pages, "[::1]:0").port
    assert ask(port, "/livez", host="::1").status == 200
