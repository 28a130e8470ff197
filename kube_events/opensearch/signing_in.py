"""From a connection to what opensearch-py needs to sign in."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from kube_events.aws_session import aws_session
from kube_events.opensearch.connection import Connection
from kube_events.opensearch.errors import OpenSearchError


def sign_in(connection: Connection) -> dict[str, Any]:
    """Arguments for opensearch-py's client.

    Raises:
        OpenSearchError: there are no AWS credentials or no region.
    """
    if connection.auth == "sigv4":
        return {"http_auth": _signer(connection)}
    if connection.auth == "basic":
        # RFC 7617 leaves the charset to the server. OpenSearch reads UTF-8; urllib3 knows Latin-1 only.
        pair = f"{connection.user}:{connection.password}".encode()
        return {"headers": {"authorization": f"Basic {b64encode(pair).decode()}"}}
    return {}


def _signer(connection: Connection) -> object:
    from botocore.exceptions import BotoCoreError
    from opensearchpy import Urllib3AWSV4SignerAuth

    try:
        session = aws_session(connection.region, connection.profile)
        credentials = session.get_credentials()
    except BotoCoreError as error:
        raise OpenSearchError(f"AWS configuration: {error}") from None
    if credentials is None:
        raise OpenSearchError(
            "no AWS credentials: sign in (aws sso login), choose a --profile, or take --auth basic"
        )
    region = session.region_name or connection.region_of_endpoint
    if not region:
        raise OpenSearchError(f"no AWS region: give --region, {connection.endpoint} does not say it")
    return Urllib3AWSV4SignerAuth(credentials, region)
