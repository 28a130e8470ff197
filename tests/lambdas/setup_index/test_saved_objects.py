"""The import into OpenSearch Dashboards, which is in no registry and therefore played over HTTP.

As it documents itself: multipart field `file`, header `osd-xsrf`, HTTP 200 with success false.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lambdas.setup_index.caller import SetupError
from lambdas.setup_index.definitions import saved_objects
from tests.fixtures.aws import Aws
from tests.lambdas.setup_index.conftest import SetUp
from tests.lambdas.setup_index.ism_server import Ism


class Dashboards:
    """It takes what it is given, unless an answer is set."""

    PATH = "/_dashboards/api/saved_objects/_import"

    def __init__(self, http: HTTPServer) -> None:
        self.endpoint = http.url_for("/_dashboards")
        self.requests: list[Request] = []
        self.taken: list[dict[str, Any]] = []
        self.answers: Callable[[], Response] | None = None
        http.expect_request(self.PATH, method="POST").respond_with_handler(self._import)

    def answer(self, status: int, body: Any, **headers: str) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers = lambda: Response(text, status=status, headers=headers)

    def _import(self, request: Request) -> Response:
        self.requests.append(request)
        if self.answers is not None:
            return self.answers()
        if "osd-xsrf" not in request.headers:
            return Response(
                '{"error": "Bad Request", "message": "Request must contain a osd-xsrf header."}',
                status=400,
            )
        self.taken = [json.loads(line) for line in _file(request).splitlines() if line]
        return Response(json.dumps({"success": True, "successCount": len(self.taken)}))


def _file(request: Request) -> bytes:
    """The part named `file`, read by the standard library's parser."""
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    message: Message = BytesParser().parsebytes(head + request.get_data())
    [part] = message.get_payload()  # type: ignore[misc]
    assert isinstance(part, Message)
    assert part.get_param("name", header="content-disposition") == "file"
    # Dashboards tells by its name that the file is one it can read.
    assert str(part.get_filename()).endswith(".ndjson")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@pytest.fixture
def dashboards(httpserver: HTTPServer) -> Dashboards:
    return Dashboards(httpserver)


def test_the_file_arrives_as_it_is_and_replaces_what_was_there(
    ism: Ism, dashboards: Dashboards, set_up: SetUp
) -> None:
    # WHEN
    summary = set_up(ism.url, DASHBOARDS_ENDPOINT=dashboards.endpoint)
    # THEN
    lines = [json.loads(line) for line in saved_objects().splitlines()]
    assert dashboards.taken == lines
    assert summary["dashboards"] == f"imported {len(lines)} saved objects"
    [request] = dashboards.requests
    assert request.args.to_dict() == {"overwrite": "true"}
    assert request.headers["securitytenant"] == "global"


def test_it_is_signed_like_every_other_request(ism: Ism, dashboards: Dashboards, set_up: SetUp) -> None:
    set_up(ism.url, DASHBOARDS_ENDPOINT=dashboards.endpoint)
    [request] = dashboards.requests
    assert request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=testing/")
    assert "/es/aws4_request" in request.headers["Authorization"]


def test_a_user_signs_in_there_with_the_same_password(
    ism: Ism, dashboards: Dashboards, set_up: SetUp, aws: Aws, user_secret: Callable[[str, str], str]
) -> None:
    # GIVEN
    arn = user_secret("setup", "Correct-horse-7")
    # WHEN
    set_up(
        ism.url,
        OPENSEARCH_AUTH="basic",
        OPENSEARCH_SECRET_ARN=arn,
        DASHBOARDS_ENDPOINT=dashboards.endpoint,
        DASHBOARDS_TENANT="kube_events",
    )
    # THEN
    [request] = dashboards.requests
    assert request.authorization is not None
    assert (request.authorization.username, request.authorization.password) == ("setup", "Correct-horse-7")
    assert request.headers["securitytenant"] == "kube_events"


def test_without_an_endpoint_nothing_is_imported(ism: Ism, dashboards: Dashboards, set_up: SetUp) -> None:
    assert "dashboards" not in set_up(ism.url)
    assert dashboards.requests == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            200,
            {
                "success": False,
                "successCount": 3,
                "errors": [
                    {
                        "type": "dashboard",
                        "id": "kube-events-overview",
                        "error": {"type": "missing_references", "references": [{"id": "kube-events"}]},
                    }
                ],
            },
            "but 1 saved objects were not imported: dashboard kube-events-overview: missing_references",
        ),
        (200, "<html>", "HTTP 200, but the answer is not that of Dashboards: <html>"),
        (
            404,
            {"message": "Not Found"},
            "HTTP 404: no Dashboards at DASHBOARDS_ENDPOINT; its base path is often",
        ),
        (401, {"error": "Unauthorized", "message": "Wrong"}, "HTTP 401: Unauthorized: Wrong"),
        (413, {"message": "Payload content length greater than"}, "savedObjects.maxImportPayloadBytes"),
        (302, "", "HTTP 302: Dashboards sends to a login page instead of taking these credentials"),
        (
            400,
            {"statusCode": 400, "error": "Bad Request", "message": "no file"},
            "HTTP 400: Bad Request: no file",
        ),
    ],
)
def test_what_dashboards_does_not_take_fails_the_apply_with_its_reason(
    ism: Ism, dashboards: Dashboards, set_up: SetUp, status: int, body: Any, words: str
) -> None:
    dashboards.answer(status, body, Location="/auth/saml/login")
    with pytest.raises(SetupError) as error:
        set_up(ism.url, DASHBOARDS_ENDPOINT=dashboards.endpoint)
    assert "POST /api/saved_objects/_import?overwrite=true: HTTP" in str(error.value)
    assert words in str(error.value)


def test_many_errors_are_counted_and_the_first_named(ism: Ism, dashboards: Dashboards, set_up: SetUp) -> None:
    errors = [{"type": "search", "id": str(n), "error": {"type": "conflict"}} for n in range(50)]
    dashboards.answer(200, {"success": False, "successCount": 0, "errors": errors})
    with pytest.raises(SetupError) as error:
        set_up(ism.url, DASHBOARDS_ENDPOINT=dashboards.endpoint)
    assert "50 saved objects were not imported: search 0: conflict; " in str(error.value)
    assert "search 4" in str(error.value)
    assert "search 5" not in str(error.value)


def test_a_dashboards_that_is_starting_is_asked_again(
    ism: Ism, dashboards: Dashboards, set_up: SetUp
) -> None:
    # GIVEN one that answers as it does before it is ready, once
    def starting() -> Response:
        dashboards.answers = None
        return Response("OpenSearch Dashboards server is not ready yet", status=503)

    dashboards.answers = starting
    # WHEN
    summary = set_up(ism.url, DASHBOARDS_ENDPOINT=dashboards.endpoint)
    # THEN
    assert summary["dashboards"].startswith("imported")
    first, second = dashboards.requests
    assert first.get_data() == second.get_data()
