"""At a terminal: the password is asked for and not shown, and messages are cut to its width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from base64 import b64decode
from typing import Any

from pytest_httpserver import HTTPServer

COLUMNS = 90
DOCUMENT = {
    "cluster": {"name": "prod-eu"},
    "metadata": {"uid": "a", "resourceVersion": "1"},
    "lastSeen": "2026-11-21T02:10:00Z",
    "type": "Warning",
    "reason": "BackOff",
    "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-1"},
    "message": "Back-off restarting failed container app in pod web-1, and much more of the same",
}
ANSWER: dict[str, Any] = {
    "hits": {"hits": [{"_id": "a", "_source": DOCUMENT, "sort": [1, "prod-eu", "a", "1"]}]}
}


def read_until(terminal: int, text: bytes) -> bytes:
    seen = b""
    while text not in seen:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # Linux' way to say that nobody is at the other end any more
            more = b""
        assert more, seen
        seen += more
    return seen


def test_a_person_is_asked_and_gets_what_fits(httpserver: HTTPServer) -> None:
    # GIVEN a terminal of 90 columns
    httpserver.expect_request("/kubernetes-events/_search").respond_with_json(ANSWER)
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    endpoint = httpserver.url_for("").rstrip("/")
    command = [sys.executable, "-m", "kube_events", "search", "--endpoint", endpoint, "--user", "me"]
    with subprocess.Popen(
        command, stdin=end, stdout=end, stderr=end, env=environment, start_new_session=True
    ) as process:
        os.close(end)
        # WHEN
        asked = read_until(terminal, b": ").decode()
        os.write(terminal, b"open sesame\n")
        shown = read_until(terminal, "…".encode()).decode()
        assert process.wait(timeout=30) == 0
    os.close(terminal)
    # THEN
    assert asked.endswith(f"Password of me at {endpoint}: ")
    assert "sesame" not in shown
    row = shown.splitlines()[-1]
    assert row.startswith("2026-11-21T02:10:00Z   Warning   BackOff   pod/web-1   Back-off")
    assert len(row) == COLUMNS
    (request, _), *_ = httpserver.log
    assert b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"me:open sesame"


def test_a_terminal_without_a_character_gets_its_number(httpserver: HTTPServer) -> None:
    answer = {"hits": {"hits": [ANSWER["hits"]["hits"][0] | {"_source": DOCUMENT | {"message": "起動"}}]}}
    httpserver.expect_request("/kubernetes-events/_search").respond_with_json(answer)
    endpoint = httpserver.url_for("").rstrip("/")
    finished = subprocess.run(
        [sys.executable, "-m", "kube_events", "search", "--endpoint", endpoint, "--auth", "none"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert finished.stdout.endswith(rb"\u8d77\u52d5" + b"\n")


def test_a_closed_output_is_no_error(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/kubernetes-events/_search").respond_with_json(ANSWER)
    endpoint = httpserver.url_for("").rstrip("/")
    command = [sys.executable, "-m", "kube_events", "search", "--endpoint", endpoint, "--auth", "none"]
    finished = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, check=True
    )
    assert finished.stderr == b""
