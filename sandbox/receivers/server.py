"""The HTTP server: robots and webhooks at addresses of their own, a letter box, and the inbox to look into.

POST /robot/send?access_token=…       a DingTalk robot
POST /incomingwebhooks/<id>?token=…   a Chime webhook
POST /mail                            {"to", "subject", "body", "topic"}: what SNS would have mailed
GET  /inbox.json, GET /               what arrived, for programs and for people
"""

from __future__ import annotations

import secrets
import sys
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec

from sandbox.receivers.chime import Webhook
from sandbox.receivers.dingtalk import Robot
from sandbox.receivers.http import handler_for
from sandbox.receivers.inbox import Inbox, Received, Verdict
from sandbox.receivers.mail import letter
from sandbox.receivers.page import render_page
from sandbox.receivers.request import Receiver, Reply, Request, json_reply

_HTML = {
    "Content-Type": "text/html; charset=utf-8",
    # What is shown was written by whoever runs a pod: no script, no image, nothing from anywhere.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # somebody has seen enough
            super().handle_error(request, client_address)


class ReceiverServer:
    """All receivers behind one port of loopback; a context manager, or `start` and `stop`."""

    def __init__(self, *, port: int = 0, now: Callable[[], float] = time.time) -> None:
        """`port` 0 takes a free one; `now` is the clock by which rates and signatures are judged, in seconds
        since the epoch."""
        self.inbox = Inbox()
        self._now = now
        self._robots: dict[str, Robot] = {}
        self._webhooks: dict[str, Webhook] = {}
        self._server = _Server(("127.0.0.1", port), handler_for(self._answer))
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},  # how long `stop` takes
            name="receivers",
            daemon=True,
        )

    @property
    def url(self) -> str:
        """Where the inbox page is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def mail_url(self) -> str:
        """Where the stand-in for SNS posts its mail."""
        return f"{self.url}/mail"

    def add_robot(
        self, name: str, *, token: str | None = None, keywords: tuple[str, ...] = (), secret: str = ""
    ) -> str:
        """A DingTalk robot; returns its URL, which holds its token. A token that is not given is invented."""
        robot = Robot(name, token=token or secrets.token_hex(16), keywords=keywords, secret=secret)
        self._robots[robot.token] = robot
        return f"{self.url}/robot/send?access_token={robot.token}"

    def add_webhook(self, name: str, *, token: str | None = None) -> str:
        """A Chime webhook; returns its URL, which holds its token. A token that is not given is invented."""
        webhook = Webhook(name, token=token or secrets.token_hex(16))
        self._webhooks[name] = webhook
        return f"{self.url}/incomingwebhooks/{name}?token={webhook.token}"

    def inject(self, receiver: str, times: int, kind: str) -> None:
        """Have the next `times` requests to this receiver fail in the way that `kind` names.

        Raises:
            KeyError: no receiver has that name.
            ValueError: it knows no such kind; names those that it knows.
        """
        by_name: dict[str, Receiver] = {each.name: each for each in self._robots.values()} | dict(
            self._webhooks
        )
        by_name[receiver].inject(times, kind)

    def accepted(self, receiver: str | None = None) -> tuple[Received, ...]:
        """What people have been told."""
        return self.inbox.all(receiver=receiver, verdict="accepted")

    def answered(self, verdict: Verdict, receiver: str | None = None) -> tuple[Received, ...]:
        """What was answered so."""
        return self.inbox.all(receiver=receiver, verdict=verdict)

    def start(self) -> Self:
        """Serve in a thread until `stop`."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving; the inbox stays readable from Python."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, path: str, request: Request) -> Reply:
        if path == "/robot/send":
            return self._robot(request)
        if path.startswith("/incomingwebhooks/"):
            webhook = self._webhooks.get(path.removeprefix("/incomingwebhooks/"))
            return self._kept(webhook, request) if webhook else json_reply(404, {"Message": "Not Found"})
        if path == "/mail" and request.method == "POST":
            reply, received = letter(request, self._now())
            if received:
                self.inbox.add(received)
            return reply
        if path == "/inbox.json" and request.method == "GET":
            return json_reply(
                200, msgspec.to_builtins({"counts": self.inbox.counts(), "messages": self.inbox.all()})
            )
        if path == "/" and request.method == "GET":
            return Reply(200, render_page(self.inbox.all()).encode(), _HTML)
        return json_reply(404, {"error": "see GET / for the inbox"})

    def _robot(self, request: Request) -> Reply:
        token = request.query.get("access_token")
        if not token:
            return json_reply(200, {"errcode": 40035, "errmsg": "缺少参数 access_token"})
        robot = self._robots.get(token)
        if robot is None:
            return json_reply(200, {"errcode": 300005, "errmsg": "token is not exist"})
        return self._kept(robot, request)

    def _kept(self, receiver: Receiver, request: Request) -> Reply:
        reply, received = receiver.answer(request, self._now())
        self.inbox.add(received)
        return reply
