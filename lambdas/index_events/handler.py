"""Index: every observation on the stream that the rules do not drop becomes one document."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import boto3

from lambdas.common.aws_calls import AWS_CALLS, ONE_TRY
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import logger, metrics
from lambdas.common.opensearch.connect import connect
from lambdas.common.records import BatchResponse, LambdaEvent, decode_records
from lambdas.common.ruleset import load_rules
from lambdas.common.settings import read_settings
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.indexer import Filing, Indexer
from lambdas.index_events.settings import IndexSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = read_settings(IndexSettings)
s3 = boto3.client("s3", config=AWS_CALLS)
indexer = Indexer(
    rules=load_rules(s3, bucket=settings.config_bucket, key=settings.rules_key),
    writer=BulkWriter(connect(settings)),
    dead_letters=DeadLetters(
        boto3.client("s3", config=ONE_TRY), bucket=settings.dead_letters_bucket, function="index_events"
    ),
    filing=Filing(
        name=settings.index_name,
        period=settings.index_period,
        retention_days=settings.retention_days,
        warm_after_days=settings.warm_after_days,
    ),
)

# A batch is tens of thousands of objects without cycles. Looking for cycles after every 700 of them, and
# through all that was imported, took a third of the function's time; what ends does by counted references,
# but for what a failure leaves.
gc.freeze()
gc.set_threshold(100_000)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: LambdaEvent, context: LambdaContext) -> BatchResponse:
    """Takes Kinesis or SQS records; answers which of them have to be delivered again."""
    batch = decode_records(event)
    failed = indexer.index(batch, context)
    if failed:
        # An exception of urllib3 and the frames it went through hold each other, and with them the batch.
        gc.collect()
    return batch.response(failed)
