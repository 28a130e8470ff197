"""The servers beside the stand-in: one that runs functions, one that takes mail."""

from __future__ import annotations

import sys
from threading import Lock
from typing import NamedTuple

import urllib3

NEIGHBOURS_PATH = "/stand-in/neighbours"
"""A POST of {"functions_url": …, "mail_url": …} here names the neighbours. AWS has no such path."""

_REQUEST_HEADERS = ("X-Amz-Invocation-Type", "X-Amz-Log-Type", "X-Amz-Client-Context")
_RESPONSE_HEADERS = ("X-Amz-Function-Error", "X-Amz-Log-Result", "X-Amz-Executed-Version", "X-Amzn-Errortype")


class NeighbourError(Exception):
    """Nobody has said where this neighbour is, or it does not answer."""


class Answer(NamedTuple):
    """What the Lambda service said to an Invoke."""

    status: int
    headers: dict[str, str]
    body: bytes


class Neighbours:
    """Where the neighbours are. They may be named later than at start, because they need the stand-in too."""

    def __init__(self, *, functions_url: str | None = None, mail_url: str | None = None) -> None:
        self._lock = Lock()
        self._functions_url = functions_url
        self._mail_url = mail_url
        # An invocation may take as long as its function's timeout, 15 minutes at most.
        self._functions = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=900), retries=False)
        self._mail = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=10), retries=False)

    def name(self, *, functions_url: str | None = None, mail_url: str | None = None) -> None:
        """Say where a neighbour is; None leaves what was said before."""
        with self._lock:
            self._functions_url = functions_url or self._functions_url
            self._mail_url = mail_url or self._mail_url

    def invoke(self, function: str, payload: bytes, headers: dict[str, str]) -> Answer:
        """Hand an Invoke to the Lambda service, in the words of Lambda's own API.

        Raises:
            NeighbourError: there is none, or it does not answer.
        """
        if self._functions_url is None:
            raise NeighbourError("no Lambda service is connected to the stand-in")
        url = f"{self._functions_url.rstrip('/')}/2015-03-31/functions/{function}/invocations"
        passed = {name: headers[name] for name in _REQUEST_HEADERS if name in headers}
        try:
            response = self._functions.request("POST", url, body=payload, headers=passed)
        except urllib3.exceptions.HTTPError as error:
            raise NeighbourError(f"the Lambda service at {url} does not answer: {error}") from None
        returned = {name: response.headers[name] for name in _RESPONSE_HEADERS if name in response.headers}
        return Answer(response.status, returned, response.data)

    def mail(self, *, to: str, subject: str, body: str, topic: str) -> None:
        """Deliver a mail.

        SNS accepts a message before it is delivered, so nobody hears of a failure here but the log.
        """
        if self._mail_url is None:
            return
        letter = {"to": to, "subject": subject, "body": body, "topic": topic}
        try:
            response = self._mail.request("POST", self._mail_url, json=letter)
        except urllib3.exceptions.HTTPError as error:
            print(f"mail to {to} not delivered: {error}", file=sys.stderr)
            return
        if response.status >= 300:
            print(f"mail to {to} not delivered: HTTP {response.status}", file=sys.stderr)
