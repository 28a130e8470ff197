"""Filter: what the rules want told becomes groups, and timers in the queues of their receivers."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import boto3

from lambdas.common.aws_calls import AWS_CALLS, ONE_TRY
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import logger, metrics
from lambdas.common.receivers import load_receivers
from lambdas.common.records import BatchResponse, LambdaEvent, decode_records
from lambdas.common.ruleset import load_rules
from lambdas.common.settings import read_settings
from lambdas.common.state_table import StateTable
from lambdas.filter_events.filter import Filter
from lambdas.filter_events.group_store import GroupStore
from lambdas.filter_events.outbox import Outbox
from lambdas.filter_events.queues import queues_of
from lambdas.filter_events.settings import FilterSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = read_settings(FilterSettings)
s3 = boto3.client("s3", config=AWS_CALLS)
rules = load_rules(s3, bucket=settings.config_bucket, key=settings.rules_key)
event_filter = Filter(
    rules=rules,
    groups=GroupStore(
        StateTable(boto3.client("dynamodb", config=ONE_TRY), table=settings.state_table),
        Outbox(boto3.client("sqs", config=ONE_TRY)),
        queues=queues_of(
            rules, load_receivers(s3, bucket=settings.config_bucket, key=settings.receivers_key)
        ),
    ),
    dead_letters=DeadLetters(
        boto3.client("s3", config=ONE_TRY), bucket=settings.dead_letters_bucket, function="filter_events"
    ),
)

# As in index_events: looking for cycles in the thousands of objects of a batch, and through all that was
# imported, would take a part of the function's time, and there are none.
gc.freeze()
gc.set_threshold(100_000)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: LambdaEvent, context: LambdaContext) -> BatchResponse:
    """Takes Kinesis or SQS records; answers which of them have to be delivered again."""
    batch = decode_records(event)
    failed = event_filter.filter(batch, context)
    if failed:
        # An exception and the frames it went through hold each other, and with them the batch.
        gc.collect()
    return batch.response(failed)
