"""setup_index as `terraform apply` calls it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from pytest_httpserver import HTTPServer

from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.lambdas.setup_index.ism_server import Ism

Start = Callable[[str, Mapping[str, str]], Handler]
SetUp = Callable[..., Any]


@pytest.fixture
def set_up(aws: Aws, cold_start: Start) -> SetUp:
    """`set_up(url, **environment)`: a cold start and one invocation."""

    def invoke(url: str, *, seconds: float = 60, **environment: str) -> Any:
        settings = {
            "OPENSEARCH_ENDPOINT": url,
            "OPENSEARCH_AUTH": "sigv4",
            "RETENTION_DAYS": "30",
            **environment,
        }
        return cold_start("setup_index", settings)({"any": "input"}, LambdaContext(seconds))

    return invoke


@pytest.fixture
def ism(httpserver: HTTPServer) -> Ism:
    """An OpenSearch with index state management, which no registry has, played over HTTP."""
    return Ism(httpserver)


@pytest.fixture
def user_secret(aws: Aws) -> Callable[[str, str], str]:
    """`user_secret(name, password)`: the ARN of a new secret of Secrets Manager."""

    def make(name: str, password: str) -> str:
        text = json.dumps({"username": name, "password": password})
        made = boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)
        return made["ARN"]

    return make
