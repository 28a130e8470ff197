"""Set-up: OpenSearch gets its template, policy, roles and dashboards. `terraform apply` invokes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.observability import logger
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.opensearch.connect import sign_in
from lambdas.common.settings import read_settings
from lambdas.common.time_budget import TimeBudget
from lambdas.setup_index.caller import Caller
from lambdas.setup_index.environment import dashboards_client, wanted
from lambdas.setup_index.settings import SetupSettings
from lambdas.setup_index.setup import Summary, set_up

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = read_settings(SetupSettings)
auth = sign_in(settings)
opensearch = OpenSearchClient(settings.opensearch_endpoint, auth)
dashboards = dashboards_client(settings, auth)
definitions = wanted(settings)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: object, context: LambdaContext) -> Summary:
    """Takes nothing; answers what was done. A failure raises, so that the invocation fails."""
    budget = TimeBudget(context)
    return set_up(
        definitions,
        Caller(opensearch, budget),
        Caller(dashboards, budget) if dashboards is not None else None,
    )
