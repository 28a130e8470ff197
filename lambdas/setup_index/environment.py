"""From settings to what is to be put, and to whom it is put beside OpenSearch itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from lambdas.common.aws_calls import AWS_CALLS
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.setup_index.access import access
from lambdas.setup_index.definitions import index_template, retention_policy, roles, saved_objects
from lambdas.setup_index.domain_login import AmazonDomain
from lambdas.setup_index.saved_objects import DashboardsAuth
from lambdas.setup_index.setup import Wanted

if TYPE_CHECKING:
    from lambdas.common.opensearch.auth import Auth
    from lambdas.setup_index.settings import SetupSettings


def wanted(settings: SetupSettings) -> Wanted:
    """The files of opensearch/ as the settings want them; what is not asked for is not read."""
    return Wanted(
        index_template(settings.replicas),
        retention_policy(
            settings.retention_days,
            settings.index_period,
            settings.warm_after_days,
            settings.cold_after_days,
        ),
        access(settings, roles()) if settings.access == "manage" else None,
        saved_objects() if settings.dashboards_endpoint else None,
        _domain(settings),
    )


def dashboards_client(settings: SetupSettings, auth: Auth) -> OpenSearchClient | None:
    """To Dashboards, which takes what OpenSearch takes for signing in; None if there is none."""
    if not settings.dashboards_endpoint:
        return None
    return OpenSearchClient(settings.dashboards_endpoint, DashboardsAuth(auth, settings.dashboards_tenant))


def _domain(settings: SetupSettings) -> AmazonDomain | None:
    if not settings.internal_master_secret_arn:
        return None
    return AmazonDomain(
        boto3.client("opensearch", config=AWS_CALLS),
        boto3.client("secretsmanager", config=AWS_CALLS),
        settings.domain_name,
        settings.internal_master_secret_arn,
    )
