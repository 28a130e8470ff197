"""What is set aside can be found again, and is never counted as done before it is written."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.records import Poison, Record
from lambdas.common.time_budget import TimeBudget
from tests.fixtures.aws import Aws, LambdaContext

STREAM = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"


def poison(payload: bytes = b"{", *, number: int = 1) -> Poison:
    record = Record(
        id=str(number), source=STREAM, event_id=f"shard:{number}", arrived=datetime(2026, 11, 21, tzinfo=UTC)
    )
    return Poison(record, payload, "not a kube-events record")


def budget(seconds: float = 60.0) -> TimeBudget:
    return TimeBudget(LambdaContext(seconds))


@pytest.fixture
def dead_letters(aws: Aws) -> DeadLetters:
    return DeadLetters(aws.s3, bucket=aws.bucket("dead"), function="index_events")


def test_a_dead_letter_holds_payload_reason_and_source(aws: Aws, dead_letters: DeadLetters) -> None:
    assert dead_letters.write([poison(b'{"record": "other"}')], budget()) == frozenset()
    [(key, body)] = aws.objects("dead").items()
    assert key.startswith("dead-letters/index_events/2026/11/21/")
    assert json.loads(body) == {
        "function": "index_events",
        "reason": "not a kube-events record",
        "payload": '{"record": "other"}',
        "payloadEncoding": "utf-8",
        "source": STREAM,
        "record": "shard:1",
    }


def test_bytes_that_are_not_text_are_kept_in_base64(aws: Aws, dead_letters: DeadLetters) -> None:
    dead_letters.write([poison(b"\xff\x00")], budget())
    [body] = aws.objects("dead").values()
    letter = json.loads(body)
    assert letter["payloadEncoding"] == "base64"
    assert b64decode(letter["payload"]) == b"\xff\x00"


def test_a_redelivered_record_overwrites_its_dead_letter(aws: Aws, dead_letters: DeadLetters) -> None:
    dead_letters.write([poison()], budget())
    dead_letters.write([poison(), poison(number=2)], budget())
    assert len(aws.objects("dead")) == 2


def test_a_record_whose_dead_letter_cannot_be_written_comes_again(aws: Aws) -> None:
    # GIVEN a bucket that is not there
    dead_letters = DeadLetters(aws.s3, bucket="nowhere", function="index_events")
    # WHEN / THEN
    assert dead_letters.write([poison(number=1), poison(number=2)], budget()) == {"1", "2"}


def test_a_bucket_that_is_slow_ends_with_the_time_of_the_invocation(
    aws: Aws, dead_letters: DeadLetters
) -> None:
    # GIVEN writes that take as long as they may
    context = LambdaContext(60)

    def takes_long(**_: Any) -> None:
        context.seconds -= ONE_TRY_SECONDS

    aws.s3.meta.events.register("after-call.s3.PutObject", takes_long)
    # WHEN
    failed = dead_letters.write(
        [poison(number=number) for number in range(20)], TimeBudget(context, reserve=1.0)
    )
    # THEN what there was no time for comes again
    assert context.get_remaining_time_in_millis() > 1000
    assert len(aws.objects("dead")) == 9
    assert failed == {str(number) for number in range(9, 20)}


def test_without_time_left_nothing_is_tried(aws: Aws, dead_letters: DeadLetters) -> None:
    assert dead_letters.write([poison()], budget(seconds=1)) == {"1"}
    assert aws.objects("dead") == {}
