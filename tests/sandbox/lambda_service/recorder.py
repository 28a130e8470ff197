"""A function that writes down what it gets, and then does as the test says."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.sandbox.lambda_service.account import Account

SOURCE = """
    import base64, json, os, pathlib
    seen = pathlib.Path(os.environ["SEEN"])

    def value(record):
        body = record["body"] if "body" in record else base64.b64decode(record["kinesis"]["data"])
        return json.loads(body)

    def lambda_handler(event, context):
        with seen.open("a") as lines:
            lines.write(json.dumps(event["Records"]) + "\\n")
        values = [value(record) for record in event["Records"]]
        invocation = len(seen.read_text().splitlines())
        BODY
    """


class Recorder:
    """`body` is the end of the handler: it knows `event`, `values` and the number of this `invocation`."""

    def __init__(self, account: Account, seen: Path, body: str = "return None") -> None:
        self._seen = seen
        seen.touch()
        self.name = account.deploy(
            SOURCE.replace("BODY", body), Environment={"Variables": {"SEEN": str(seen)}}
        )

    def records(self) -> list[list[dict[str, Any]]]:
        """The records of each invocation, as they came."""
        return [json.loads(line) for line in self._seen.read_text().splitlines()]

    def batches(self) -> list[list[Any]]:
        """The values of each invocation."""
        return [[_value(record) for record in batch] for batch in self.records()]


def _value(record: dict[str, Any]) -> Any:
    return json.loads(record["body"] if "body" in record else base64.b64decode(record["kinesis"]["data"]))
