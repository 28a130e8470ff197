"""index_events with its bucket, and an OpenSearch with the index template."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from scripts.packaging.sources import ROOT
from tests.fixtures.aws import Aws, Handler
from tests.fixtures.opensearch import OpenSearchApi
from tests.lambdas.rules import compiled

Start = Callable[[str, Mapping[str, str]], Handler]


class Deployed:
    """The function; `start` makes a new execution environment of it."""

    def __init__(self, aws: Aws, cold_start: Start) -> None:
        self.aws = aws
        self._cold_start = cold_start
        self.bucket = aws.bucket()

    def start(self, endpoint: str, *, rules: bytes | None = None, **environment: str) -> Handler:
        return self._cold_start(
            "index_events",
            {
                "CONFIG_BUCKET": self.bucket,
                "DEAD_LETTERS_BUCKET": self.bucket,
                "RULES_KEY": self.aws.configuration(
                    self.bucket, "rules", rules or compiled(drop=[{"reason": ["LeaderElection"]}])
                ),
                "OPENSEARCH_ENDPOINT": endpoint,
                "OPENSEARCH_AUTH": "sigv4",
                **environment,
            },
        )

    def dead_letters(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.aws.objects(self.bucket, "dead-letters/").values()]


@pytest.fixture
def deployed(aws: Aws, cold_start: Start) -> Deployed:
    return Deployed(aws, cold_start)


@pytest.fixture
def index(clean_index: OpenSearchApi) -> OpenSearchApi:
    """The real server with the template of the repository."""
    template = json.loads((ROOT / "opensearch" / "index-template.json").read_bytes())
    clean_index.call("PUT", "/_index_template/kube-events", template)
    return clean_index
