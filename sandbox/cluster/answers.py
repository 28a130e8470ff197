"""What the API server says besides events: Status objects, word for word as recorded."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """An HTTP status and a JSON body."""

    status: int
    body: bytes


def _status(code: int, message: str, **fields: Any) -> Answer:
    metadata = fields.pop("metadata", {})
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": metadata,
        "status": "Failure",
        "message": message,
        **fields,
        "code": code,
    }
    return Answer(code, json.dumps(status).encode() + b"\n")


VERSION = Answer(200, json.dumps({"major": "1", "minor": "36", "gitVersion": "v1.36.3"}).encode())

UNAUTHORIZED = _status(401, "Unauthorized", reason="Unauthorized")

BAD_CONTINUE = _status(
    400,
    "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
    reason="BadRequest",
)

_GONE = _status(410, "The resourceVersion for the provided watch is too old.", reason="Expired")

WATCH_GONE = b'{"type":"ERROR","object":%b}\n' % _GONE.body.strip()
"""The line that ends a watch whose version is compacted; the HTTP status is 200."""


BAD_BODY = _status(400, "the object provided is unrecognized", reason="BadRequest")
"""A PUT or POST that is no object of the kind."""


def continue_expired(token: str) -> Answer:
    """A list that is too old to be gone on with; with `token` its rest can be had as it is now."""
    return _status(
        410,
        "The provided continue parameter is too old to display a consistent list result. You can start a new"
        " list without the continue parameter, or use the continue token in this response to retrieve the"
        " remainder of the results. Continuing with the provided token results in an inconsistent list -"
        " objects that were created, modified, or deleted between the time the first chunk was returned and"
        " now may show up in the list.",
        reason="Expired",
        metadata={"continue": token},
    )


def conflict(resource: str, name: str) -> Answer:
    """A PUT of an object that somebody wrote since it was read."""
    return _status(
        409,
        f'Operation cannot be fulfilled on {resource} "{name}": the object has been modified; please apply'
        " your changes to the latest version and try again",
        reason="Conflict",
        details={"name": name, "group": "coordination.k8s.io", "kind": "leases"},
    )


def no_such_object(resource: str, name: str) -> Answer:
    """A GET or PUT of an object that does not exist."""
    return _status(404, f'{resource} "{name}" not found', reason="NotFound")


def allowed(review: dict[str, Any]) -> Answer:
    """What a SelfSubjectAccessReview says to somebody who may do everything."""
    status = {"allowed": True, "reason": "the replay lets everybody in who has its token"}
    return Answer(201, json.dumps({**review, "status": status}).encode())


def bad_version(version: str) -> Answer:
    """A resourceVersion that is no number."""
    reason = f'strconv.ParseUint: parsing "{version}": invalid syntax'
    return _status(500, f'resourceVersion: Invalid value: "{version}": {reason}')


def version_too_large(version: int, newest: int) -> Answer:
    """A list at a version that the server has not reached."""
    return _status(
        504,
        f"Timeout: Too large resource version: {version}, current: {newest}",
        reason="Timeout",
        details={"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]},
    )


def not_found(path: str) -> Answer:
    """A path that is not served."""
    return _status(404, f"the server could not find the requested resource {path}", reason="NotFound")
