"""A domain gets its internal user database. Amazon's configuration API is played over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lambdas.setup_index.caller import SetupError
from tests.lambdas.setup_index.conftest import SetUp
from tests.lambdas.setup_index.ism_server import Ism

OWN = "arn:aws:iam::123456789012:role/kube-events-setup-index"
PASSWORD = "Correct-horse-7"


class Domain:
    """Both sides of a domain with fine-grained access control: its security plugin, and Amazon's own API."""

    CONFIG = "/2021-01-01/opensearch/domain/events/config"
    SECURITY = "/_plugins/_security"

    def __init__(self, http: HTTPServer) -> None:
        self.url = http.url_for("/").rstrip("/")
        self.http = http
        self.fine_grained = True
        self.internal_users = False
        self.user_name = OWN
        self.backend_roles = [OWN]
        self.mappings: dict[str, dict[str, Any]] = {
            "all_access": {"backend_roles": ["admin"], "users": ["somebody"], "hosts": []},
            "security_manager": {"backend_roles": [], "users": ["somebody"], "hosts": []},
        }
        self.refuses: tuple[int, dict[str, str]] | None = None
        self.keeps = ""
        """A mapping that it does not let anybody change."""
        self.updates: list[dict[str, Any]] = []
        http.expect_request(self.CONFIG).respond_with_handler(self._config)
        http.expect_request(f"{self.SECURITY}/authinfo").respond_with_handler(self._who)
        for kind in ("roles", "tenants"):
            for name in ("kube_events_writer", "kube_events_reader", "kube_events"):
                http.expect_request(f"{self.SECURITY}/api/{kind}/{name}").respond_with_handler(self._other)
        for name in ("kube_events_writer", "kube_events_reader", "all_access", "security_manager"):
            path = f"{self.SECURITY}/api/rolesmapping/{name}"
            http.expect_request(path).respond_with_handler(self._mapping)

    def changes(self) -> list[str]:
        """What was changed, in order."""
        return [f"{each.method} {each.path}" for each, _ in self.http.log if each.method != "GET"]

    def _config(self, request: Request) -> Response:
        if request.method == "POST":
            if self.refuses is not None:
                status, headers = self.refuses
                return Response(json.dumps({"message": f"bad password {PASSWORD}"}), status, headers)
            self.updates.append(json.loads(request.get_data()))
            self.internal_users = True
        options = {"Enabled": self.fine_grained, "InternalUserDatabaseEnabled": self.internal_users}
        status = {"CreationDate": 1, "UpdateDate": 2, "State": "Processing"}
        return Response(
            json.dumps({"DomainConfig": {"AdvancedSecurityOptions": {"Options": options, "Status": status}}})
        )

    def _who(self, request: Request) -> Response:
        return Response(json.dumps({"user_name": self.user_name, "backend_roles": self.backend_roles}))

    def _other(self, request: Request) -> Response:
        return Response('{"status": "NOT_FOUND"}', status=404 if request.method == "GET" else 201)

    def _mapping(self, request: Request) -> Response:
        name = request.path.split("/")[-1]
        if request.method == "GET":
            found = self.mappings.get(name)
            return Response(json.dumps({name: found}), status=404 if found is None else 200)
        if name == self.keeps:
            return Response('{"status": "error", "message": "resource is reserved"}', status=400)
        body = json.loads(request.get_data())
        if request.method == "PATCH":
            [change] = body
            self.mappings[name][change["path"].removeprefix("/")] = change["value"]
        else:
            self.mappings[name] = body
        return Response('{"status": "OK"}')


@pytest.fixture
def domain(ism: Ism, httpserver: HTTPServer) -> Domain:
    return Domain(httpserver)


@pytest.fixture
def switch(domain: Domain, set_up: SetUp, user_secret: Callable[[str, str], str]) -> Callable[[], Any]:
    """Set up with all that Terraform gives for `dashboards_login = internal`."""
    arn = user_secret("master", PASSWORD)

    def invoke() -> Any:
        return set_up(
            domain.url,
            ACCESS="manage",
            DOMAIN_NAME="events",
            INTERNAL_MASTER_SECRET_ARN=arn,
            AWS_ENDPOINT_URL_OPENSEARCH=domain.url,
        )

    return invoke


def test_the_function_maps_its_own_role_before_it_is_the_master_no_more(
    domain: Domain, switch: Callable[[], Any]
) -> None:
    # WHEN
    summary = switch()
    # THEN everybody who was mapped still is
    assert domain.mappings["all_access"]["backend_roles"] == ["admin", OWN]
    assert domain.mappings["all_access"]["users"] == ["somebody"]
    assert domain.mappings["security_manager"]["backend_roles"] == [OWN]
    # AND the switch came after it, and last
    assert domain.changes()[-3:] == [
        "PATCH /_plugins/_security/api/rolesmapping/all_access",
        "PATCH /_plugins/_security/api/rolesmapping/security_manager",
        f"POST {Domain.CONFIG}",
    ]
    assert domain.updates == [
        {
            "AdvancedSecurityOptions": {
                "Enabled": True,
                "InternalUserDatabaseEnabled": True,
                "MasterUserOptions": {"MasterUserName": "master", "MasterUserPassword": PASSWORD},
            }
        }
    ]
    assert summary["login"].startswith("switched to the internal user database")


def test_a_second_time_nothing_is_switched(domain: Domain, switch: Callable[[], Any]) -> None:
    switch()
    assert switch()["login"] == "unchanged"
    assert len(domain.updates) == 1


def test_the_password_is_neither_returned_nor_logged(
    domain: Domain, switch: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    # WHEN
    with caplog.at_level("DEBUG", logger="test"):
        summary = switch()
    # THEN
    assert "OpenSearch is set up" in caplog.messages
    assert PASSWORD not in json.dumps(summary) + "".join(str(record.__dict__) for record in caplog.records)


def test_a_refused_password_is_named_by_its_secret_only(domain: Domain, switch: Callable[[], Any]) -> None:
    # GIVEN: messages of validations quote what they refuse
    domain.refuses = (400, {"x-amzn-ErrorType": "ValidationException"})
    # WHEN
    with pytest.raises(SetupError) as error:
        switch()
    # THEN
    assert "UpdateDomainConfig of events: ValidationException; the password in arn:aws:" in str(error.value)
    assert PASSWORD not in str(error.value)
    assert error.value.__suppress_context__


def test_a_domain_that_is_busy_is_not_blamed_on_the_password(
    domain: Domain, switch: Callable[[], Any]
) -> None:
    domain.refuses = (409, {"x-amzn-ErrorType": "ConflictException"})
    with pytest.raises(SetupError, match=r"ConflictException; .* to apply again is safe") as error:
        switch()
    assert "characters" not in str(error.value)


def test_a_function_that_would_lock_itself_out_switches_nothing(
    domain: Domain, switch: Callable[[], Any]
) -> None:
    # GIVEN a domain that takes the function for a user of its own, whom the switch would leave behind
    domain.user_name, domain.backend_roles = "somebody", []
    with pytest.raises(SetupError, match="it would lock itself out: the domain's login was left as it is"):
        switch()
    assert domain.updates == []


def test_a_mapping_that_fails_leaves_the_login_as_it_is(domain: Domain, switch: Callable[[], Any]) -> None:
    # GIVEN a domain that does not let the function write this one
    domain.keeps = "all_access"
    # WHEN
    with pytest.raises(SetupError, match=r"PATCH .*/rolesmapping/all_access: HTTP 400: .*reserved"):
        switch()
    # THEN
    assert domain.updates == []


def test_a_domain_without_fine_grained_access_control_is_an_error(
    domain: Domain, switch: Callable[[], Any]
) -> None:
    domain.fine_grained = False
    with pytest.raises(SetupError, match="events has no fine-grained access control"):
        switch()


def test_a_secret_that_cannot_be_read_is_an_error(domain: Domain, set_up: SetUp) -> None:
    with pytest.raises(SetupError, match="secret:not-there-AbCdEf cannot be read"):
        set_up(
            domain.url,
            ACCESS="manage",
            DOMAIN_NAME="events",
            INTERNAL_MASTER_SECRET_ARN="arn:aws:secretsmanager:eu-central-1:123456789012:secret:not-there-AbCdEf",
            AWS_ENDPOINT_URL_OPENSEARCH=domain.url,
        )
    assert domain.updates == []
