"""SQS mappings: what arrives at the function, what is deleted, what comes again."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

from sandbox.lambda_service import LambdaService, MappingStats
from tests.sandbox.lambda_service.account import Account
from tests.sandbox.lambda_service.recorder import Recorder

Eventually = Callable[[Callable[[], bool]], None]


def stats_of(service: LambdaService, function: Recorder) -> MappingStats:
    return next(one for one in service.stats() if one.function == function.name)


def test_message_arrives_in_its_real_shape_and_is_deleted(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN
    queue, function = account.queue(), recorder()
    account.send(queue, "hello", MessageAttributes={"code": {"DataType": "String", "StringValue": "310000"}})
    account.map_queue(queue, function.name)
    # WHEN
    service.start_mappings()
    eventually(lambda: stats_of(service, function).succeeded == 1)
    # THEN
    [[record]] = function.records()
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(queue)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["code"]["stringValue"] == "310000"
    assert record["md5OfBody"]
    eventually(lambda: account.left_in(queue) == 0)


def test_partial_failure_deletes_the_successes_only_and_the_rest_comes_again(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a function that fails "bad" the first time
    queue = account.queue(VisibilityTimeout="1")
    function = recorder(
        "return {'batchItemFailures': [{'itemIdentifier': record['messageId']} for record in event['Records']"
        " if '\"bad\"' == record['body'] and record['attributes']['ApproximateReceiveCount'] == '1']}"
    )
    account.send(queue, "good", "bad")
    account.map_queue(queue, function.name, FunctionResponseTypes=["ReportBatchItemFailures"])
    # WHEN
    service.start_mappings()
    eventually(lambda: stats_of(service, function).succeeded == 2)
    # THEN
    assert sorted(itertools.chain(*function.batches())) == ["bad", "bad", "good"]
    assert stats_of(service, function).failed_records == 1
    eventually(lambda: service.idle(0.2))


def test_whole_failure_leaves_the_messages_to_the_queue_and_its_dead_letters(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN a queue that gives a message up after two receives
    dead = account.queue()
    policy = {"deadLetterTargetArn": f"arn:aws:sqs:eu-central-1:123456789012:{dead}", "maxReceiveCount": 2}
    queue = account.queue(VisibilityTimeout="1", RedrivePolicy=json.dumps(policy))
    function = recorder("raise RuntimeError('no')")
    account.send(queue, "poison")
    account.map_queue(queue, function.name)
    # WHEN
    service.start_mappings()
    eventually(lambda: account.left_in(dead) == 1)
    # THEN
    assert function.batches() == [["poison"], ["poison"]]
    assert account.left_in(queue) == 0


def test_filtered_message_is_deleted_unseen(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN
    queue, function = account.queue(), recorder()
    account.send(queue, {"message": "wake-up"}, {"message": "notification"})
    pattern = json.dumps({"body": {"message": ["notification"]}})
    account.map_queue(queue, function.name, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    # WHEN
    service.start_mappings()
    eventually(lambda: service.idle(0.2))
    # THEN
    assert function.batches() == [[{"message": "notification"}]]
    assert stats_of(service, function).filtered == 1


def test_window_gathers_more_than_one_receive_gives(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN more messages than one ReceiveMessage returns
    queue, function = account.queue(), recorder()
    account.send(queue, *range(15))
    account.map_queue(
        queue,
        function.name,
        BatchSize=15,
        MaximumBatchingWindowInSeconds=5,
        ScalingConfig={"MaximumConcurrency": 2},
    )
    # WHEN
    service.start_mappings()
    eventually(lambda: stats_of(service, function).succeeded == 15)
    # THEN
    assert sorted(itertools.chain(*function.batches())) == list(range(15))
    assert max(len(batch) for batch in function.records()) > 1


def test_queue_with_a_delayed_message_is_not_idle(
    account: Account, service: LambdaService, recorder: Callable[..., Recorder], eventually: Eventually
) -> None:
    # GIVEN
    queue, function = account.queue(), recorder()
    account.map_queue(queue, function.name)
    service.start_mappings()
    # WHEN
    account.send(queue, "later", DelaySeconds=3)
    # THEN
    assert not service.idle(0)
    eventually(lambda: service.idle(0.2))
    assert function.batches() == [["later"]]
