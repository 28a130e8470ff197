"""Set-up: OpenSearch gets its template and retention policy. `terraform apply` invokes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.observability import logger
from lambdas.common.opensearch.connect import connect
from lambdas.common.settings import read_settings
from lambdas.common.time_budget import TimeBudget
from lambdas.setup_index.caller import Caller
from lambdas.setup_index.definitions import index_template, retention_policy
from lambdas.setup_index.settings import SetupSettings
from lambdas.setup_index.setup import Summary, set_up

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = read_settings(SetupSettings)
client = connect(settings)
template = index_template()
policy = retention_policy(settings.retention_days, settings.index_period)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: object, context: LambdaContext) -> Summary:
    """Takes nothing; answers what was done. A failure raises, so that the invocation fails."""
    return set_up(Caller(client, TimeBudget(context)), template=template, policy=policy)
