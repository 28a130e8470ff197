"""The index function, invoked with batches in the shape in which Lambda hands it those of the stream."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from kube_events.errors import CommandError
from kube_events.reindex.aws import aws_calls, is_passing
from kube_events.reindex.found import Found

if TYPE_CHECKING:
    import boto3

MAX_RECORDS = 1000
MAX_BYTES = 5_000_000
"""Of a request. Lambda takes 6 MB (Lambda quotas, "Invocation payload", synchronous)."""

LONGEST_ANSWER = 920.0
"""Seconds: a function may run for 15 minutes."""

_ENVELOPE_BYTES = 450
"""Of a record around its data, names included; ids and ARNs have 300 at most."""

_EMF = re.compile(rb'^\{"_aws".*\}\s*$', re.MULTILINE)
"""A line in CloudWatch's embedded metric format."""

ACCOUNT = {
    "DocumentsWritten": "written",
    "DocumentsAlreadyThere": "already there",
    "DocumentsTooOld": "older than the retention",
    "DocumentsRefused": "refused (dead letters)",
    "EventsDropped": "dropped by the rules",
}
"""Metrics of the function that say what became of events for good."""


class TryAgain(Exception):
    """The function did not do its work this time. The text says why."""


class Crashed(TryAgain):
    """The function itself failed: it ran out of time or memory, or does not start."""


class Answer(NamedTuple):
    """What became of a batch."""

    failed: frozenset[str]
    """Ids of records that have to be sent again."""
    account: Mapping[str, int]
    """How often each of ACCOUNT; empty where the function's log does not say."""


def size_of(found: Found) -> int:
    """Bytes of the record in a request."""
    return len(found.data) * 4 // 3 + 4 + 2 * len(found.id) + len(found.source) + _ENVELOPE_BYTES


class RecordFunction:
    """A deployed function that takes records, and says which of them have to come again."""

    kind = "a function of kube-events"

    def __init__(self, session: boto3.Session, name: str) -> None:
        """
        Args:
            session: whose credentials may invoke it.
            name: or its ARN.
        """
        from botocore.config import Config

        self.name = name
        self.region = session.region_name
        # One try: what is to be tried again is decided here, by record.
        config = Config(
            read_timeout=LONGEST_ANSWER,
            connect_timeout=10,
            retries={"total_max_attempts": 1},
            tcp_keepalive=True,
        )
        with aws_calls("AWS configuration"):
            self._client = session.client("lambda", config=config)

    def invoke(self, payload: bytes, ids: Collection[str]) -> Answer:
        """Hand over an event with records of these ids.

        Raises:
            TryAgain: throttled, out of reach, or crashed.
            CommandError: there is no such function, it may not be invoked, or it is none of ours.
        """
        from botocore.exceptions import ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnection

        with aws_calls(f"the function {self.name}"):
            try:
                answer = self._client.invoke(FunctionName=self.name, Payload=payload, LogType="Tail")
                said = answer["Payload"].read()
            except (NoConnection, HTTPClientError) as error:
                raise TryAgain(" ".join(str(error).split())) from None
            except ClientError as error:
                if not is_passing(error):
                    raise
                raise TryAgain(" ".join(str(error).split())) from None
        if answer.get("FunctionError"):
            raise Crashed(_crash(said))
        return Answer(self._failed(said, ids), _account(answer.get("LogResult", "")))

    def _failed(self, said: bytes, sent: Collection[str]) -> frozenset[str]:
        try:
            failures = json.loads(said)["batchItemFailures"]
            failed = frozenset(failure["itemIdentifier"] for failure in failures)
        except (ValueError, KeyError, TypeError):
            reason = "its answer has no batchItemFailures"
        else:
            if failed <= frozenset(sent):
                return failed
            reason = "its answer names records that it was not sent"
        raise CommandError([f"the function {self.name} is not {self.kind}: {reason}"])


class IndexFunction(RecordFunction):
    """The deployed index function."""

    kind = "the index function"

    def index(self, batch: Sequence[Found]) -> Answer:
        """Have one batch written.

        Raises:
            TryAgain: throttled, out of reach, or crashed.
            CommandError: there is no such function, it may not be invoked, or it is none of ours.
        """
        payload = json.dumps({"Records": [self._record(each) for each in batch]}).encode()
        return self.invoke(payload, {each.id for each in batch})

    def _record(self, found: Found) -> dict[str, Any]:
        """As AWS documents it ("Using Lambda to process records from Amazon Kinesis Data Streams")."""
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "replay",
                "sequenceNumber": found.id,
                "data": b64encode(found.data).decode(),
                "approximateArrivalTimestamp": found.arrived.timestamp(),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": found.id,
            "eventName": "aws:kinesis:record",
            "awsRegion": self.region,
            "eventSourceARN": found.source,
        }


def _crash(said: bytes) -> str:
    try:
        error = json.loads(said)
        text = f"{error.get('errorType', 'error')}: {error.get('errorMessage', '')}"
    except (ValueError, AttributeError):
        text = said.decode(errors="replace")
    return " ".join(text.split())[:300]


def _account(log: str) -> Mapping[str, int]:
    """What the end of the function's log says. Lambda hands over the last 4 KB of it."""
    counted: Counter[str] = Counter()
    for line in _EMF.findall(b64decode(log)):
        for name, value in _metrics(line):
            counted[name] += value
    return counted


def _metrics(line: bytes) -> Iterator[tuple[str, int]]:
    try:
        document = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.MsgspecError:
        return
    for name in ACCOUNT:
        values = document.get(name)
        if isinstance(values, list):
            yield name, int(sum(values))
        elif isinstance(values, int | float):
            yield name, int(values)
