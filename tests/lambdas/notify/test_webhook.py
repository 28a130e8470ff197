"""The transport, against sockets that answer, refuse, hang and send elsewhere."""

from __future__ import annotations

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from lambdas.notify.webhook import MAX_ANSWER, Answer, NoAnswerError, Webhooks

TOKEN = "made-up-token"


@pytest.fixture
def webhooks() -> Webhooks:
    return Webhooks()


@pytest.fixture
def short_patience() -> Webhooks:
    return Webhooks(connect_seconds=0.2, read_seconds=0.2)


def url_of(server: HTTPServer) -> str:
    return server.url_for(f"/send?access_token={TOKEN}")


def test_any_status_is_an_answer(httpserver: HTTPServer, webhooks: Webhooks) -> None:
    for status in (200, 400, 429, 500):
        httpserver.expect_ordered_request("/send", "POST", data=b"{}").respond_with_data("no", status=status)
    assert [webhooks.post(url_of(httpserver), b"{}") for _ in range(4)] == [
        Answer(200, b"no"),
        Answer(400, b"no"),
        Answer(429, b"no"),
        Answer(500, b"no"),
    ]


def test_a_redirect_is_not_followed(httpserver: HTTPServer, webhooks: Webhooks) -> None:
    elsewhere = httpserver.url_for("/elsewhere")
    httpserver.expect_request("/send").respond_with_data("", status=307, headers={"Location": elsewhere})
    httpserver.expect_request("/elsewhere").respond_with_data("leaked")
    assert webhooks.post(url_of(httpserver), b"{}").status == 307
    assert [request.path for request, _ in httpserver.log] == ["/send"]


def test_nothing_is_sent_twice(httpserver: HTTPServer, webhooks: Webhooks) -> None:
    httpserver.expect_request("/send").respond_with_data("", status=503, headers={"Retry-After": "0"})
    assert webhooks.post(url_of(httpserver), b"{}").status == 503
    assert len(httpserver.log) == 1


def test_an_endless_answer_is_cut_and_the_next_one_is_whole(
    httpserver: HTTPServer, webhooks: Webhooks
) -> None:
    httpserver.expect_ordered_request("/send").respond_with_data("x" * 1_000_000)
    httpserver.expect_ordered_request("/send").respond_with_data("y")
    assert webhooks.post(url_of(httpserver), b"{}").body == b"x" * MAX_ANSWER
    assert webhooks.post(url_of(httpserver), b"{}").body == b"y"


def _date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "earliest", "latest"),
    [
        (lambda: "5", 5, 5),
        (lambda: "0", 0, 0),
        (lambda: _date(1000), 900, 1000),
        (lambda: _date(-1000), 0, 0),
        (lambda: "9" * 30, 86_400, 86_400),
    ],
    ids=["seconds", "none", "a date ahead", "a date gone by", "absurdly many"],
)
def test_both_forms_of_retry_after_are_read(
    httpserver: HTTPServer, webhooks: Webhooks, header: Callable[[], str], earliest: float, latest: float
) -> None:
    httpserver.expect_request("/send").respond_with_data("", status=429, headers={"Retry-After": header()})
    found = webhooks.post(url_of(httpserver), b"{}").retry_after
    assert found is not None
    assert earliest <= found <= latest


@pytest.mark.parametrize("header", ["soon", "-5", "1.5e999", ""])
def test_a_retry_after_that_is_neither_counts_as_none(
    httpserver: HTTPServer, webhooks: Webhooks, header: str
) -> None:
    httpserver.expect_request("/send").respond_with_data("", status=429, headers={"Retry-After": header})
    assert webhooks.post(url_of(httpserver), b"{}") == Answer(429, b"", None)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def rude_port() -> Iterator[int]:
    """Hangs up on whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(65_536)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_no_answer_says_what_happened(
    short_patience: Webhooks, silent_port: int, dead_port: int, rude_port: int
) -> None:
    for address, what in (
        (f"http://127.0.0.1:{silent_port}/", "no answer in time"),
        (f"http://127.0.0.1:{dead_port}/", "no connection"),
        (f"http://127.0.0.1:{rude_port}/", "the connection broke"),
        (f"https://127.0.0.1:{silent_port}/", "no answer in time"),
        ("http://no-such-host.invalid/", "no connection"),
        ("http://[::1/", "the URL cannot be used"),
    ):
        with pytest.raises(NoAnswerError, match=what):
            short_patience.post(f"{address}?access_token={TOKEN}", b"{}")


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture
def dripping_port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Takes a request, sends `request.param` at once, and then a byte every 50 ms."""
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):  # it hangs up on us, which is what we are here for
            connection.recv(65_536)
            connection.sendall(request.param)
            while not over.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "dripping_port",
    [HEAD, HEAD[:10], HEAD.replace(b"Content-Length: 100", b"Connection: close")],
    indirect=True,
)
def test_an_answer_that_drips_ends_in_time(short_patience: Webhooks, dripping_port: int) -> None:
    # GIVEN a server whose silences are all shorter than the patience, in the body or already in the head
    began = time.monotonic()
    # WHEN
    with pytest.raises(NoAnswerError, match="no answer in time"):
        short_patience.post(f"http://127.0.0.1:{dripping_port}/?access_token={TOKEN}", b"{}")
    # THEN the whole try was within its time
    assert time.monotonic() - began < 0.2 + 0.2 + 0.3


@pytest.fixture
def slow_port() -> Iterator[int]:
    """Takes one connection, and 0.3 s for each of three answers on it."""

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            for _ in range(3):
                connection.recv(65_536)
                time.sleep(0.3)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_each_answer_on_a_connection_has_its_own_time(slow_port: int) -> None:
    # GIVEN answers that take half of the time each
    webhooks = Webhooks(connect_seconds=0.6, read_seconds=0.6)
    # WHEN / THEN
    assert [webhooks.post(f"http://127.0.0.1:{slow_port}/", b"{}").body for _ in range(3)] == [b"ok"] * 3


def test_the_url_is_in_no_exception_and_no_log(
    short_patience: Webhooks,
    httpserver: HTTPServer,
    silent_port: int,
    dead_port: int,
    rude_port: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN the most talkative logging there is
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request("/send").respond_with_handler(lambda _: Response("ok"))
    # WHEN things go well, and in every way wrong
    short_patience.post(url_of(httpserver), b"{}")
    told = []
    for address in (
        f"http://127.0.0.1:{silent_port}/",
        f"http://127.0.0.1:{dead_port}/",
        f"http://127.0.0.1:{rude_port}/",
        f"https://{httpserver.host}:{httpserver.port}/",
        "http://[::1/",
    ):
        try:
            short_patience.post(f"{address}?access_token={TOKEN}", b"{}")
        except NoAnswerError as error:
            told.append("".join(traceback.format_exception(error)))
    # THEN
    assert len(told) == 5
    ours = [record for record in caplog.records if record.name != "werkzeug"]  # that is the server's own log
    assert TOKEN not in "".join(told) + "".join(record.getMessage() for record in ours)
