"""From settings to a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from lambdas.common.aws_calls import AWS_CALLS
from lambdas.common.opensearch.auth import Auth, RoleAuth, UserAuth
from lambdas.common.opensearch.client import OpenSearchClient

if TYPE_CHECKING:
    from lambdas.common.opensearch.settings import OpenSearchSettings


def connect(settings: OpenSearchSettings) -> OpenSearchClient:
    """A client that signs in as the settings say. Nothing is sent yet."""
    return OpenSearchClient(settings.opensearch_endpoint, sign_in(settings))


def sign_in(settings: OpenSearchSettings) -> Auth:
    """How to sign in, for whoever needs more than the one client."""
    if settings.opensearch_auth == "sigv4":
        return RoleAuth(boto3.Session())
    return UserAuth(boto3.client("secretsmanager", config=AWS_CALLS), settings.opensearch_secret_arn)
