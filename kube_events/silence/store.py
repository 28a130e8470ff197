"""The silences in the state table."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from eventcore.silences import (
    ALL,
    BY_KIND,
    KEY_PREFIX,
    KIND,
    Silence,
    SilenceError,
    decode_silence,
    encode_silence,
)
from kube_events.deployment import Deployment, asking
from kube_events.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES = 5
"""To end a silence that somebody else changes at the same moment."""


class NoSuchSilence(CommandError):
    """There is none of this id, or DynamoDB has deleted it."""

    def __init__(self, id_: str) -> None:
        super().__init__([f"{id_}: no such silence; `kube-events silence list --expired` lists them"])


class SilenceStore:
    """Every method raises AwsError if the table is not there or may not be used."""

    def __init__(self, deployment: Deployment) -> None:
        self._client: DynamoDBClient = deployment.dynamodb
        self._table = deployment.table
        self._what = f"the table {deployment.table}"

    def add(self, silence: Silence) -> bool:
        """Put a new one; False if there is one of this id."""
        with asking(self._what):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        **_key(silence.id),
                        "kind": {"S": KIND},
                        "silence": {"S": encode_silence(silence)},
                        "expires": _expires(silence),
                    },
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def all(self, say: Callable[[str], None]) -> list[Silence]:
        """Those that DynamoDB has not deleted, the one that ends first first. `say` is told of an item that
        is no silence here: it silences nothing."""
        items: list[dict[str, Any]] = []
        with asking(f"{self._what}, index {BY_KIND}"):
            pages = self._client.get_paginator("query").paginate(TableName=self._table, **ALL)
            for page in pages:
                items.extend(page["Items"])
        silences: list[Silence] = []
        for item in items:
            try:
                silences.append(self._decoded(item))
            except CommandError as error:
                say(str(error))
        return sorted(silences, key=lambda each: (each.ends_at, each.id))

    def get(self, id_: str) -> Silence:
        """One of them.

        Raises:
            NoSuchSilence: there is none of this id.
            CommandError: the item is no silence.
        """
        return self._decoded(self._item(id_))

    def end(self, id_: str, *, now: datetime) -> Silence | None:
        """Let it end now; None if it was over.

        Raises:
            NoSuchSilence: there is none of this id.
            CommandError: others change it all the time.
        """
        for _ in range(TRIES):
            item = self._item(id_)
            silence = self._decoded(item)
            if silence.ends_at <= now:
                return None
            # One that has not begun never does.
            ended = msgspec.structs.replace(silence, starts_at=min(silence.starts_at, now), ends_at=now)
            if self._replace(item, ended):
                return ended
        raise CommandError([f"{id_}: somebody else changes it at this moment: try again"])

    def _item(self, id_: str) -> dict[str, Any]:
        with asking(self._what):
            answer = self._client.get_item(TableName=self._table, Key=_key(id_), ConsistentRead=True)
        if "Item" not in answer:
            raise NoSuchSilence(id_)
        return dict(answer["Item"])

    def _replace(self, item: dict[str, Any], after: Silence) -> bool:
        with asking(self._what):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(after.id),
                    UpdateExpression="SET silence = :after, expires = :expires",
                    ConditionExpression="silence = :before",
                    ExpressionAttributeValues={
                        ":before": item["silence"],
                        ":after": {"S": encode_silence(after)},
                        ":expires": _expires(after),
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _decoded(self, item: dict[str, Any]) -> Silence:
        try:
            return decode_silence(item.get("silence", {}).get("S", ""))
        except SilenceError as error:
            raise CommandError([f"{self._what}: {item.get('pk', {}).get('S', '')}: {error}"]) from None


def _key(id_: str) -> Any:
    return {"pk": {"S": f"{KEY_PREFIX}{id_}"}}


def _expires(silence: Silence) -> Any:
    """DynamoDB deletes it within days from then on."""
    return {"N": str(math.ceil(silence.ends_at.timestamp()))}
