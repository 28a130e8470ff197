"""Requests that have to succeed, in an account whose roles and secrets were made a moment ago."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.backoff import Backoff
from lambdas.common.opensearch.auth import SignInError
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.time_budget import TimeBudget
from lambdas.setup_index.caller import PROPAGATION_SECONDS, Caller, SetupError
from tests.fixtures.aws import LambdaContext
from tests.fixtures.receivers import Clock


class NewAccount:
    """The role may call OpenSearch, and the secret is there, so many seconds after the start."""

    def __init__(self, http: HTTPServer, clock: Clock) -> None:
        self.allowed_after = 0.0
        self.secret_after = 0.0
        self.context = LambdaContext(120)
        self._clock = clock
        self._began = clock()
        http.expect_request("/").respond_with_handler(self._answer)
        self.caller = Caller(
            OpenSearchClient(http.url_for("/"), self),
            TimeBudget(self.context),
            backoff=Backoff(base=1.0, cap=10.0, draw=lambda: 1.0),
            sleep=self._sleep,
            clock=clock,
        )

    @property
    def passed(self) -> float:
        return self._clock() - self._began

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        if self.passed < self.secret_after:
            raise SignInError("the secret cannot be read: AccessDeniedException")
        return {}

    def refused(self) -> bool:
        return False

    def _answer(self, request: Request) -> Response:
        if self.passed < self.allowed_after:
            return Response('{"Message": "not authorized"}', status=403)
        return Response("{}")

    def _sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)
        self.context.seconds -= seconds


@pytest.fixture
def account(httpserver: HTTPServer, clock: Clock) -> NewAccount:
    return NewAccount(httpserver, clock)


def test_a_role_and_a_secret_may_take_their_time_to_arrive(account: NewAccount) -> None:
    account.secret_after, account.allowed_after = 8, 40
    assert account.caller.call("GET", "/").status == 200
    assert account.passed >= 40


def test_a_role_that_stays_refused_fails_clearly_within_a_minute(account: NewAccount) -> None:
    account.allowed_after = 3600
    with pytest.raises(SetupError, match=r"GET /: HTTP 403: .*not authorized"):
        account.caller.call("GET", "/")
    assert PROPAGATION_SECONDS / 2 < account.passed <= PROPAGATION_SECONDS


def test_a_secret_that_stays_unreadable_fails_clearly_within_a_minute(account: NewAccount) -> None:
    account.secret_after = 3600
    with pytest.raises(SetupError, match="GET /: the secret cannot be read: AccessDeniedException"):
        account.caller.call("GET", "/")
    assert PROPAGATION_SECONDS / 2 < account.passed <= PROPAGATION_SECONDS


def test_waiting_leaves_time_to_say_so(account: NewAccount) -> None:
    account.context.seconds = 10
    account.allowed_after = 3600
    with pytest.raises(SetupError, match="HTTP 403"):
        account.caller.call("GET", "/")
    assert account.passed < 10
