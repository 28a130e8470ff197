"""Notify: messages from the receivers' queues reach the receivers' people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from lambdas.common.aws_calls import AWS_CALLS, ONE_TRY
from lambdas.common.observability import logger, metrics
from lambdas.common.receivers import load_receivers
from lambdas.common.settings import read_settings
from lambdas.common.state_table import StateTable
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.batch import read_batch, response
from lambdas.notify.channels.registry import Channels
from lambdas.notify.delivery import Delivery
from lambdas.notify.group_timer import Surroundings
from lambdas.notify.ledger import Ledger
from lambdas.notify.links import Links
from lambdas.notify.secrets import Secrets
from lambdas.notify.settings import NotifySettings
from lambdas.notify.silences import SilenceReader
from lambdas.notify.webhook import Webhooks

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.records import BatchResponse, LambdaEvent

settings = read_settings(NotifySettings)
dynamodb = boto3.client("dynamodb", config=AWS_CALLS)
delivery = Delivery(
    receivers=load_receivers(
        boto3.client("s3", config=AWS_CALLS), bucket=settings.config_bucket, key=settings.receivers_key
    ),
    channels=Channels(
        sns=boto3.client("sns", config=ONE_TRY),
        secrets=Secrets(boto3.client("secretsmanager", config=ONE_TRY)),
        webhooks=Webhooks(),
    ),
    ledger=Ledger(dynamodb, table=settings.state_table),
    surroundings=Surroundings(
        table=StateTable(dynamodb, table=settings.state_table),
        silences=SilenceReader(dynamodb, table=settings.state_table),
        links=Links(settings.dashboards_url),
    ),
    sqs=boto3.client("sqs", config=AWS_CALLS),
)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: LambdaEvent, context: LambdaContext) -> BatchResponse:
    """Tell what the messages hold, put off what cannot be told now, set aside what never can."""
    batch = read_batch(event)
    failed = delivery.deliver(batch, budget=TimeBudget(context), invocation=context.aws_request_id)
    return response(failed)
