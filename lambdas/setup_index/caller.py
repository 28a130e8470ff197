"""Requests that have to succeed: what may pass is tried again, anything else ends the set-up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from eventcore.backoff import Backoff
from lambdas.common.opensearch.auth import SignInError
from lambdas.common.opensearch.client import Answer, OpenSearchClient, UnreachableError
from lambdas.common.time_budget import TimeBudget

REQUEST_SECONDS = 20.0
"""A change of the cluster's state waits for its manager node, which may be busy."""


PROPAGATION_SECONDS = 60.0
"""How long a refusal may be that of a role or secret which was made a moment ago: IAM is eventually
consistent, and the first `terraform apply` calls this function seconds after it made them."""


class SetupError(Exception):
    """OpenSearch is not set up; the message says which request failed and how. It fails `terraform apply`."""


class _PassingError(Exception):
    """Overloaded or not there: another try may succeed."""


class _NotYetAllowedError(_PassingError):
    """Refused, perhaps only because what allows it has not arrived everywhere."""


class Caller:
    """Calls one OpenSearch within the time of one invocation."""

    def __init__(
        self,
        client: OpenSearchClient,
        budget: TimeBudget,
        *,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._budget = budget
        self._backoff = backoff or Backoff(base=1.0, cap=10.0)
        self._sleep = sleep
        self._clock = clock
        self._began = clock()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        also: tuple[int, ...] = (),
        media_type: str = "application/json",
    ) -> Answer:
        """Send JSON, or bytes of another media type, and return the answer.

        Args:
            also: statuses that the caller knows how to read, beside 200 and 201.

        Raises:
            SetupError: any other status, no answer within the time left, or no credentials. A 403 and
                missing credentials count only when they last beyond PROPAGATION_SECONDS.
        """
        if not isinstance(body, bytes):
            body = b"" if body is None else msgspec.json.encode(body)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._once(method, path, body, media_type, (200, 201, *also))
            except _PassingError as error:
                delay = self._backoff.delay(attempt)
                if not self._allows(delay, error):
                    raise SetupError(f"{method} {path}: {error}") from None
                self._sleep(delay)

    def _allows(self, delay: float, error: _PassingError) -> bool:
        if (
            isinstance(error, _NotYetAllowedError)
            and self._clock() + delay - self._began > PROPAGATION_SECONDS
        ):
            return False
        return self._budget.allows(delay)

    def _once(self, method: str, path: str, data: bytes, media_type: str, good: tuple[int, ...]) -> Answer:
        seconds = max(1.0, min(REQUEST_SECONDS, self._budget.left()))
        try:
            answer = self._client.request(method, path, data, seconds=seconds, media_type=media_type)
        except UnreachableError as error:
            raise _PassingError(str(error)) from None
        except SignInError as error:
            raise _NotYetAllowedError(str(error)) from None
        if answer.status in good:
            return answer
        reason = f"HTTP {answer.status}: {answer.reason()}"
        if answer.status == 429 or answer.status >= 500:
            raise _PassingError(reason)
        if answer.status == 403:
            raise _NotYetAllowedError(reason)
        raise SetupError(f"{method} {path}: {reason}")
