"""Kinesis mappings: what arrives at the function, and what becomes of records that it does not take."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.lambda_service import LambdaService, LambdaServiceError, MappingStats
from tests.sandbox.lambda_service.account import ROLE, Account
from tests.sandbox.lambda_service.recorder import Recorder

Eventually = Callable[[Callable[[], bool]], None]


def only(service: LambdaService) -> Callable[[str], MappingStats]:
    return lambda function: next(one for one in service.stats() if one.function == function)


def discarded_to(account: Account, bucket: str) -> list[tuple[str, dict[str, Any]]]:
    listed = account.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    keys = [item["Key"] for item in listed]
    return [(key, json.load(account.s3.get_object(Bucket=bucket, Key=key)["Body"])) for key in keys]


def test_records_arrive_in_order_in_batches_and_in_their_real_shape(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN five records
    stream, function = account.stream(), recorder()
    account.put(stream, 0, 1, 2, 3, 4)
    account.map_stream(stream, function.name, BatchSize=3)
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(function.name).succeeded == 5)
    # THEN
    assert function.batches() == [[0, 1, 2], [3, 4]]
    record = function.records()[0][0]
    sequence_number = record["kinesis"]["sequenceNumber"]
    assert record["eventID"] == f"shardId-000000000000:{sequence_number}"
    assert record["eventSourceARN"].endswith(f":stream/{stream}")
    assert record["invokeIdentityArn"] == ROLE
    assert abs(record["kinesis"]["approximateArrivalTimestamp"] - time.time()) < 60


def test_window_gathers_what_comes_within_it(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN
    stream, function = account.stream(), recorder()
    account.map_stream(stream, function.name, BatchSize=100, MaximumBatchingWindowInSeconds=2)
    service.start_mappings()
    # WHEN two records come one after the other
    account.put(stream, "first")
    eventually(lambda: only(service)(function.name).records == 1)
    account.put(stream, "second")
    eventually(lambda: only(service)(function.name).succeeded == 2)
    # THEN
    assert function.batches() == [["first", "second"]]


def test_full_batch_does_not_wait_for_its_window(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a window longer than this test may take
    stream, function = account.stream(), recorder()
    account.put(stream, 1, 2)
    account.map_stream(stream, function.name, BatchSize=2, MaximumBatchingWindowInSeconds=300)
    # WHEN
    service.start_mappings()
    # THEN
    eventually(lambda: function.batches() == [[1, 2]])


def test_latest_skips_what_was_there_before(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN
    stream, function = account.stream(), recorder()
    account.put(stream, "old")
    account.map_stream(stream, function.name, StartingPosition="LATEST")
    service.start_mappings()

    # WHEN records are put until one is seen: LATEST is the moment of the first read
    def something_arrives() -> bool:
        account.put(stream, "new")
        return bool(function.batches())

    eventually(something_arrives)
    # THEN
    assert {value for batch in function.batches() for value in batch} == {"new"}


def test_filter_lets_through_what_matches_and_drops_what_is_no_json(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a pattern for Warnings
    stream, function = account.stream(), recorder()
    account.put(stream, {"type": "Normal"}, {"type": "Warning"}, b"no JSON", b"\xff\xfe")
    pattern = json.dumps({"data": {"type": ["Warning"]}})
    account.map_stream(stream, function.name, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    # WHEN
    service.start_mappings()
    eventually(lambda: service.idle(0.5))
    # THEN
    assert function.batches() == [[{"type": "Warning"}]]
    assert only(service)(function.name).filtered == 3


def test_failing_batch_is_tried_again_until_it_succeeds_and_holds_up_what_follows(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a function that fails twice
    stream = account.stream()
    function = recorder("if invocation <= 2: raise RuntimeError('not yet')")
    account.put(stream, 1, 2)
    account.map_stream(stream, function.name, BatchSize=1)
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(function.name).succeeded == 2)
    # THEN
    assert function.batches() == [[1], [1], [1], [2]]
    assert (only(service)(function.name).retries, only(service)(function.name).discarded) == (2, 0)


def test_partial_failure_moves_the_checkpoint_to_the_lowest_failed_record(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a function that, the first time, fails records 2 and 1, named in that order
    stream = account.stream()
    function = recorder(
        "numbers = [record['kinesis']['sequenceNumber'] for record in event['Records']];"
        "failed = [numbers[2], numbers[1]] if invocation == 1 else [];"
        "return {'batchItemFailures': [{'itemIdentifier': number} for number in failed]}"
    )
    account.put(stream, 0, 1, 2, 3)
    account.map_stream(stream, function.name, FunctionResponseTypes=["ReportBatchItemFailures"])
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(function.name).succeeded == 4)
    # THEN
    assert function.batches() == [[0, 1, 2, 3], [1, 2, 3]]


def test_bisecting_isolates_the_poison_record_and_sends_it_to_s3_with_its_payload(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN one record in eight that the function cannot take
    stream, bucket = account.stream(), account.bucket()
    function = recorder("assert 'poison' not in values")
    account.put(stream, 0, 1, 2, 3, 4, "poison", 6, 7)
    mapping = account.map_stream(
        stream,
        function.name,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{bucket}"}},
    )
    # WHEN
    service.start_mappings()
    eventually(lambda: service.idle(0.5))
    # THEN everything else is taken, in order, and the poison lies in the bucket as AWS would have it
    stats = only(service)(function.name)
    assert (stats.succeeded, stats.discarded, stats.sent_to_destination) == (7, 1, 1)
    taken = [value for batch in function.batches() if "poison" not in batch for value in batch]
    assert taken == [0, 1, 2, 3, 4, 6, 7]
    [(key, record)] = discarded_to(account, bucket)
    assert key.startswith(f"aws/lambda/{mapping}/shardId-000000000000/")
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["functionArn"].endswith(function.name)
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["KinesisBatchInfo"]["batchSize"] == 1
    [given_up] = json.loads(record["payload"])["Records"]
    assert json.loads(base64.b64decode(given_up["kinesis"]["data"])) == "poison"


def test_queue_as_destination_gets_the_metadata_only(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN
    stream, queue = account.stream(), account.queue()
    function = recorder("raise RuntimeError('never')")
    account.put(stream, "a", "b")
    destination = {"OnFailure": {"Destination": f"arn:aws:sqs:eu-central-1:123456789012:{queue}"}}
    account.map_stream(stream, function.name, MaximumRetryAttempts=0, DestinationConfig=destination)
    # WHEN
    service.start_mappings()
    eventually(lambda: account.left_in(queue) == 1)
    # THEN
    [message] = account.sqs.receive_message(QueueUrl=account.url(queue))["Messages"]
    record = json.loads(message["Body"])
    assert record["KinesisBatchInfo"]["batchSize"] == 2
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert "payload" not in record


def test_function_that_dies_counts_as_a_failed_batch_and_loses_nothing(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a function whose process ends in its first invocation
    stream = account.stream()
    function = recorder("invocation > 1 or os._exit(1)")
    account.put(stream, "a")
    account.map_stream(stream, function.name)
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(function.name).succeeded == 1)
    # THEN
    assert only(service)(function.name).failed_batches == 1


def test_function_without_local_code_is_an_error_of_the_mapping_and_costs_no_retry(
    account: Account, service: LambdaService, eventually: Eventually
) -> None:
    # GIVEN
    stream = account.stream()
    name = account.deploy("def lambda_handler(event, context): ...", local=False)
    account.put(stream, "a")
    account.map_stream(stream, name, MaximumRetryAttempts=0)
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(name).errors > 1)
    # THEN
    assert "not among the local zips" in only(service)(name).last_error
    assert only(service)(name).discarded == 0
    assert not service.idle(0)


def test_mapping_with_a_tumbling_window_is_refused(account: Account, service: LambdaService) -> None:
    # GIVEN
    stream = account.stream()
    name = account.deploy("def lambda_handler(event, context): ...")
    account.map_stream(stream, name, TumblingWindowInSeconds=30)
    # WHEN / THEN
    with pytest.raises(LambdaServiceError, match="TumblingWindowInSeconds is 30, here it can be 0"):
        service.start_mappings()


def test_mapping_whose_filter_is_no_pattern_is_refused(account: Account, service: LambdaService) -> None:
    # GIVEN
    stream = account.stream()
    name = account.deploy("def lambda_handler(event, context): ...")
    pattern = json.dumps({"data": {"count": [{"between": [1, 2]}]}})
    mapping = account.map_stream(stream, name, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    # WHEN / THEN
    with pytest.raises(LambdaServiceError, match=f"{mapping}: .*data.count"):
        service.start_mappings()


def test_parallel_lanes_keep_the_order_of_each_key(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN two keys that go different ways, one of which is held up by a failing batch
    stream = account.stream()
    function = recorder("if values[0][0] == 'a' and invocation < 3: raise RuntimeError('not yet')")
    for number in range(3):
        account.put(stream, ["a", number], key="a")
        account.put(stream, ["b", number], key="b")
    account.map_stream(stream, function.name, BatchSize=1, ParallelizationFactor=10)
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(function.name).succeeded == 6)
    # THEN
    values = [batch[0] for batch in function.batches()]
    assert [number for name, number in values if name == "b"] == [0, 1, 2]
    numbers = [number for name, number in values if name == "a"]
    assert numbers == sorted(numbers)


def test_payload_over_the_limit_is_split(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN eight records of 0.9 MB, 1.2 MB each in base64
    stream, function = account.stream(), recorder()
    for _ in range(8):
        account.put(stream, "x" * 900_000)
    account.map_stream(stream, function.name, BatchSize=100, MaximumBatchingWindowInSeconds=2)
    # WHEN
    service.start_mappings()
    eventually(lambda: only(service)(function.name).succeeded == 8)
    # THEN
    assert max(len(batch) for batch in function.batches()) <= 5
