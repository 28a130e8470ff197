"""A server with the security plugin that setup_index has set up, and the people who come to it."""

from __future__ import annotations

import json
from functools import cached_property

import pytest

from tests.fixtures.access import new_user
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.search.access.requests import INDEX
from tests.search.conftest import SetUp

INDEX_FUNCTION = "arn:aws:iam::123456789012:role/kube-events-index-events"
ADMINISTRATOR = "arn:aws:iam::123456789012:role/administrator"
OPERATORS = "operators"
"""A back-end role as a SAML provider names them."""

MANAGED = {
    "ACCESS": "manage",
    "WRITER_BACKEND_ROLES": json.dumps([INDEX_FUNCTION]),
    "READER_BACKEND_ROLES": json.dumps([OPERATORS]),
    "READER_USERS": json.dumps(["anna"]),
}


class People:
    """The server as each of them sees it. Users are made when they are asked for, which takes a second."""

    def __init__(self, administrator: OpenSearchApi) -> None:
        self.administrator = administrator
        self.nobody = administrator.as_nobody()

    @cached_property
    def writer(self) -> OpenSearchApi:
        """In the role of the index function."""
        return new_user(self.administrator, "index-function", [INDEX_FUNCTION])

    @cached_property
    def operator(self) -> OpenSearchApi:
        """A reader by a back-end role."""
        return new_user(self.administrator, "otto", [OPERATORS])

    @cached_property
    def named_reader(self) -> OpenSearchApi:
        """A reader by name."""
        return new_user(self.administrator, "anna")

    @cached_property
    def stranger(self) -> OpenSearchApi:
        """Signs in, and has no role."""
        return new_user(self.administrator, "stranger")


@pytest.fixture
def people(secured_search: OpenSearchApi, set_up: SetUp) -> People:
    """Everybody, on a server that setup_index has set up, with one document in it."""
    set_up(**MANAGED)
    document = {"cluster": {"name": "production"}, "reason": "BackOff", "@timestamp": "2026-11-21T02:00:00Z"}
    secured_search.call("PUT", f"/{INDEX}/_create/1?refresh=true", document)
    return People(secured_search)
