"""What AWS hands to a function: its own payloads as JSON, and batches made from them."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from eventcore.event import Event
from eventcore.heartbeat import Heartbeat
from eventcore.wire import encode, encode_heartbeat

FIRST_SEQUENCE_NUMBER = 49658293847562938475629384756293847562938475629384756290

Payload = Event | Heartbeat | bytes


def kinesis_batch(*payloads: Payload) -> dict[str, Any]:
    """A batch from one shard. Bytes stand for themselves."""
    return {"Records": [_kinesis_record(number, payload) for number, payload in enumerate(payloads)]}


def sqs_batch(*payloads: Payload) -> dict[str, Any]:
    """A batch from a queue that is the target of an EventBridge rule. Bytes stand for the whole body."""
    return {"Records": [_sqs_record(number, payload) for number, payload in enumerate(payloads)]}


def sequence_number(position: int) -> str:
    """Of the record at this position of `kinesis_batch`."""
    return str(FIRST_SEQUENCE_NUMBER + position)


def message_id(position: int) -> str:
    """Of the record at this position of `sqs_batch`."""
    return str(uuid5(NAMESPACE_URL, f"message-{position}"))


def failed(response: dict[str, Any]) -> list[str]:
    """The ids that a partial batch response names."""
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def _kinesis_record(number: int, payload: Payload) -> dict[str, Any]:
    record = _load("kinesis-record")
    data = payload if isinstance(payload, bytes) else _encoded(payload)
    record["kinesis"] |= {"data": b64encode(data).decode(), "sequenceNumber": sequence_number(number)}
    return record | {"eventID": f"shardId-000000000000:{sequence_number(number)}"}


def _sqs_record(number: int, payload: Payload) -> dict[str, Any]:
    if isinstance(payload, bytes):
        body = payload.decode()
    else:
        body = json.dumps(_load("eventbridge-envelope") | {"detail": json.loads(_encoded(payload))})
    return _load("sqs-record") | {"body": body, "messageId": message_id(number)}


def _encoded(payload: Event | Heartbeat) -> bytes:
    return encode_heartbeat(payload) if isinstance(payload, Heartbeat) else encode(payload)


def _load(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text())
    return payload
