"""What can go wrong between the exporter and the API server, sorted by what helps.

ApiServerError
 x  Expired             the version or the continue token is older than what the server keeps: list again
 x  Throttled           the server asked for patience, and perhaps said how much
 x  Denied              credentials missing or refused (401): somebody has to act
 |   x  Forbidden       they are good, but do not have the right (403)
 x  NotFound            there is no such object (404)
 x  Conflict            somebody else wrote the object since it was read (409): read it again
 x  Unreachable         no connection, cut in the middle, silent for too long, or a gateway's 502-504
 x  UnexpectedAnswer    any other answer: an ERROR line, a 4xx or 500, a body that is no JSON
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from exporter.watch.answers import Status

MAX_REASON_CHARACTERS = 300
"""Of an answer that goes to the log: enough for a Status message, too short to flood it with a proxy's
page."""


class ApiServerError(Exception):
    """The API server gave no answer, or not the one that was asked for."""

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        """
        Args:
            reason: one line for the log.
            retry_after: seconds that the server asked to be left alone.
        """
        super().__init__(reason)
        self.retry_after = retry_after


class Expired(ApiServerError):
    """HTTP 410, or an ERROR line of code 410: only a new list helps. Routine after quiet minutes."""

    continue_ = ""
    """Of a page of a list: the token for the rest of it, as it is now; empty if there is none."""


class Throttled(ApiServerError):
    """HTTP 429."""


class Denied(ApiServerError):
    """HTTP 401 or 403, or credentials that cannot be read."""


class Forbidden(Denied):
    """HTTP 403."""


class NotFound(ApiServerError):
    """HTTP 404."""


class Conflict(ApiServerError):
    """HTTP 409."""


class Unreachable(ApiServerError):
    """No answer that says anything about the request."""


class UnexpectedAnswer(ApiServerError):
    """An answer that nobody planned for."""


_BY_CODE: dict[int, type[ApiServerError]] = {
    HTTPStatus.UNAUTHORIZED: Denied,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.GONE: Expired,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
    HTTPStatus.BAD_GATEWAY: Unreachable,
    HTTPStatus.SERVICE_UNAVAILABLE: Unreachable,
    HTTPStatus.GATEWAY_TIMEOUT: Unreachable,
}


def error_of_status(status: Status, *, retry_after: float = 0.0) -> ApiServerError:
    """The error for a Status object, from a whole answer or from an ERROR line of a watch."""
    text = " ".join(part for part in (str(status.code or ""), status.reason, status.message) if part)
    error = _BY_CODE.get(status.code, UnexpectedAnswer)(_shortened(text), retry_after=retry_after)
    if isinstance(error, Expired) and status.metadata:
        error.continue_ = status.metadata.continue_
    return error


def error_of_answer(code: int, body: bytes, *, retry_after: float = 0.0) -> ApiServerError:
    """The error for an HTTP answer that is none of the 200s. Proxies answer without a Status object."""
    try:
        status = msgspec.json.decode(body, type=Status)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        status = Status(message=body.decode(errors="replace"))
    return error_of_status(msgspec.structs.replace(status, code=code), retry_after=retry_after)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_REASON_CHARACTERS else f"{line[:MAX_REASON_CHARACTERS]}…"
