"""The settings that every function with an OpenSearch behind it has."""

from __future__ import annotations

from typing import Literal

from lambdas.common.settings import Endpoint, SecretArn, Settings


class OpenSearchSettings(Settings, frozen=True, kw_only=True):
    """Where OpenSearch is and how to sign in."""

    opensearch_endpoint: Endpoint
    opensearch_auth: Literal["sigv4", "basic"]
    opensearch_secret_arn: SecretArn = ""
    """Of a secret {"username": …, "password": …}; with basic only."""

    def __post_init__(self) -> None:
        """What depends on two variables."""
        if self.opensearch_auth == "basic" and not self.opensearch_secret_arn:
            raise ValueError(
                "OPENSEARCH_SECRET_ARN is not set: with OPENSEARCH_AUTH=basic it must be the ARN of a secret"
            )
