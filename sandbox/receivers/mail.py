"""The letter box: what SNS would have mailed, handed over by the stand-in for AWS."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from sandbox.receivers.inbox import Received
from sandbox.receivers.request import Reply, Request, json_reply


class Letter(Struct, frozen=True):
    """A mail with its envelope."""

    to: str
    subject: str
    body: str
    topic: str = ""


def letter(request: Request, now: float) -> tuple[Reply, Received | None]:
    """Take one; there is no mail server that would refuse it."""
    try:
        mail = msgspec.json.decode(request.body, type=Letter)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return json_reply(400, {"error": f"not a letter: {error}"}), None
    received = Received(
        receiver=mail.to,
        channel="mail",
        verdict="accepted",
        at=now,
        title=mail.subject,
        text=mail.body,
        size=len(request.body),
    )
    return json_reply(200, {"ok": True}), received
