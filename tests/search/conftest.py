"""setup_index on the server of the flavour."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest

from sandbox.opensearch import OpenSearchServer
from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.opensearch_api import OpenSearchApi

Start = Callable[[str, Mapping[str, str]], Handler]
SetUp = Callable[..., Any]


@pytest.fixture
def set_up(
    search_server: OpenSearchServer, clean_search: OpenSearchApi, aws: Aws, cold_start: Start
) -> SetUp:
    """`set_up(**environment)`: setup_index as the administrator, or as nobody where none signs in."""
    environment = {"OPENSEARCH_ENDPOINT": clean_search.url, "RETENTION_DAYS": "30"}
    environment |= signing_in(search_server.admin) if search_server.admin else {"OPENSEARCH_AUTH": "sigv4"}

    def invoke(**more: str) -> Any:
        return cold_start("setup_index", environment | more)({}, LambdaContext())

    return invoke


def signing_in(user: tuple[str, str]) -> dict[str, str]:
    """The environment of a function that signs in as this user."""
    name, password = user
    secret = boto3.client("secretsmanager").create_secret(
        Name=name, SecretString=json.dumps({"username": name, "password": password})
    )
    return {"OPENSEARCH_AUTH": "basic", "OPENSEARCH_SECRET_ARN": secret["ARN"]}
