"""The dead letters that lie in the bucket."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from eventcore.dead_letter import DeadLetter
from eventcore.wire import UNREADABLE
from kube_events.dead_letters import subject
from kube_events.dead_letters.letter import Letter, Place
from kube_events.dead_letters.stored import Failure, record_of
from kube_events.deployment import CONSUMERS, Deployment, asking
from kube_events.errors import CommandError
from kube_events.reindex.aws import code_of

PREFIXES: Mapping[Place, str] = {"set-aside": "dead-letters/", "lambda-failures": "aws/lambda/"}


class Entry(NamedTuple):
    """An object, before it is read."""

    place: Place
    key: str
    at: datetime


class Opened(NamedTuple):
    """An object that was read."""

    letter: Letter
    version: str
    """By which it is told whether somebody has written it anew."""
    function: str
    """Name of the function that is to get it; "" if nobody can."""
    records: tuple[Mapping[str, Any], ...]
    """As the function got them."""


class Folder:
    """Both places in the bucket. Every method raises AwsError if S3 does not do what it is asked."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._s3 = deployment.s3
        self._bucket = deployment.bucket
        self._what = f"the bucket {self._bucket}"

    def entries(self, place: Place) -> Iterator[Entry]:
        """What is there, in the order of the keys."""
        with asking(self._what):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=PREFIXES[place]
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    yield Entry(place, each["Key"], each["LastModified"])

    def open(self, entry: Entry) -> Opened | None:
        """Read one; None if somebody has taken it away meanwhile."""
        with asking(f"s3://{self._bucket}/{entry.key}"):
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=entry.key)
            except self._s3.exceptions.NoSuchKey:
                return None
            data = answer["Body"].read()
        version = _version(answer)
        if entry.place == "set-aside":
            return self._set_aside(entry, data, version)
        return self._failure(entry, data, version)

    def find(self, key: str) -> Opened:
        """The one with this key.

        Raises:
            CommandError: there is none.
        """
        for place, prefix in PREFIXES.items():
            if key.startswith(prefix):
                answer = self._head(key)
                if answer and (opened := self.open(Entry(place, key, answer["LastModified"]))):
                    return opened
                raise CommandError([f"s3://{self._bucket}/{key}: there is no such object"])
        raise CommandError([f"{key}: expected a key under {' or '.join(PREFIXES.values())}"])

    def written_anew(self, opened: Opened) -> bool:
        """Whether somebody has written it since it was read."""
        answer = self._head(opened.letter.id)
        return answer is not None and _version(answer) != opened.version

    def delete(self, opened: Opened) -> None:
        """Take it away. The bucket keeps it among its old versions for 30 days."""
        with asking(f"s3://{self._bucket}/{opened.letter.id}"):
            self._s3.delete_object(Bucket=self._bucket, Key=opened.letter.id)

    def _head(self, key: str) -> Mapping[str, Any] | None:
        from botocore.exceptions import ClientError

        with asking(f"s3://{self._bucket}/{key}"):
            try:
                return self._s3.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) != "404":
                    raise
                return None

    def _set_aside(self, entry: Entry, data: bytes, version: str) -> Opened:
        owner = _owner(entry.key)
        try:
            found = msgspec.json.decode(data, type=DeadLetter)
            records = record_of(found, entry.key, entry.at)
            text = found.data().decode(errors="replace")
        except (*UNREADABLE, ValueError) as error:
            return _unusable(entry, owner, data, version, f"no dead letter of ours: {error}")
        about = subject.of_envelope if ":sqs:" in found.source else subject.of_record
        letter = Letter(entry.place, owner, entry.key, entry.at, "", found.reason, about(text), text)
        ours = owner in CONSUMERS and records
        return Opened(letter, version, self._deployment.function(owner) if ours else "", records)

    def _failure(self, entry: Entry, data: bytes, version: str) -> Opened:
        try:
            found = msgspec.json.decode(data, type=Failure)
            event = json.loads(found.payload) if isinstance(found.payload, str) else found.payload
            records = tuple(event["Records"])
            ids = [record["kinesis"]["sequenceNumber"] for record in records]
        except (*UNREADABLE, ValueError, KeyError, TypeError) as error:
            return _unusable(entry, "", data, version, f"no batch that Lambda gave up: {error}")
        request = found.request_context
        name = request.function_arn.split(":function:")[-1].partition(":")[0]
        letter = Letter(
            entry.place,
            name.removeprefix(f"{self._deployment.name}-").replace("-", "_"),
            entry.key,
            entry.at,
            request.condition,
            f"Lambda gave the batch up after {request.approximate_invoke_count} invocations",
            f"{len(ids)} records",
            json.dumps(event, ensure_ascii=False),
        )
        # Only what is ours is invoked, whatever an object says.
        ours = name if name.startswith(f"{self._deployment.name}-") and records else ""
        return Opened(letter, version, ours, records)


def owner_of(entry: Entry) -> str:
    """The function, where the key says it."""
    return _owner(entry.key) if entry.place == "set-aside" else ""


def id_of(record: Mapping[str, Any]) -> str:
    """What the function's answer calls it."""
    return str(record["kinesis"]["sequenceNumber"] if "kinesis" in record else record["messageId"])


def _owner(key: str) -> str:
    return key.split("/")[1]


def _unusable(entry: Entry, owner: str, data: bytes, version: str, reason: str) -> Opened:
    body = data.decode(errors="replace")
    letter = Letter(entry.place, owner, entry.key, entry.at, "", reason, body[: subject.MAX], body)
    return Opened(letter, version, "", ())


def _version(answer: Mapping[str, Any]) -> str:
    return f"{answer.get('VersionId')} {answer['ETag']}"


def ids_of(several: Collection[Opened]) -> set[str]:
    """Of all their records."""
    return {id_of(record) for opened in several for record in opened.records}
