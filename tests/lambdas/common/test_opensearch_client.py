"""Requests to OpenSearch: signed or with a password, bounded in time, every answer handed on as it is."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lambdas.common.opensearch.auth import RoleAuth, SignInError, UserAuth
from lambdas.common.opensearch.client import OpenSearchClient, UnreachableError
from lambdas.common.opensearch.connect import connect
from lambdas.common.opensearch.settings import OpenSearchSettings
from tests.fixtures.aws import REGION, Aws

PATH = "/_bulk?filter_path=items.%2A.status"


class NoAuth:
    """A server that asks for nothing."""

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        return {}

    def refused(self) -> bool:
        return False


def client_of(server: HTTPServer) -> OpenSearchClient:
    return OpenSearchClient(server.url_for("/"), NoAuth())


@pytest.fixture
def secret(aws: Aws) -> Iterator[Any]:
    """`secret(text)` makes or changes the secret and returns its ARN."""
    secrets = boto3.client("secretsmanager")
    arns: list[str] = []

    def put(text: str) -> str:
        if not arns:
            arns.append(secrets.create_secret(Name="kube-events/opensearch", SecretString=text)["ARN"])
        secrets.put_secret_value(SecretId=arns[0], SecretString=text)
        return arns[0]

    yield put
    secrets.close()


def user(password: str) -> str:
    return json.dumps({"username": "writer", "password": password})


def test_an_answer_is_handed_on_whatever_its_status(httpserver: HTTPServer) -> None:
    error = {"error": {"type": "cluster_block_exception", "reason": "blocked"}, "status": 403}
    httpserver.expect_request("/", method="GET").respond_with_json(error, status=403)
    answer = client_of(httpserver).request("GET", "/", seconds=5)
    assert (answer.status, answer.json(), answer.reason()) == (403, error, "cluster_block_exception: blocked")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>413 Request Entity Too Large", "<html>413 Request Entity Too Large"),
        (b'{"error": "no handler found for uri [/x]"}', "no handler found for uri [/x]"),
        (b'{"Message": "User is not authorized"}', '{"Message": "User is not authorized"}'),
        (b"", ""),
    ],
)
def test_the_reason_is_what_the_server_or_a_proxy_says(
    httpserver: HTTPServer, body: bytes, reason: str
) -> None:
    httpserver.expect_request("/").respond_with_data(body, status=400)
    assert client_of(httpserver).request("GET", "/", seconds=5).reason() == reason


def test_a_redirect_is_an_answer_and_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(
        "", status=302, headers={"Location": "http://127.0.0.1:9/login"}
    )
    assert client_of(httpserver).request("GET", "/", seconds=5).status == 302


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port}"):
        OpenSearchClient(f"http://127.0.0.1:{port}", NoAuth()).request("GET", "/", seconds=5)


def test_a_server_that_says_nothing_is_unreachable_after_the_time_given(httpserver: HTTPServer) -> None:
    # GIVEN a server that accepts and never answers
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        # WHEN / THEN
        with pytest.raises(UnreachableError, match="ReadTimeoutError"):
            OpenSearchClient(url, NoAuth()).request("GET", "/", seconds=0.2)
    assert time.monotonic() - began < 5


def test_the_role_signs_method_url_and_body(aws: Aws, httpserver: HTTPServer) -> None:
    # GIVEN a server that checks the signature as AWS does: by signing what arrived
    credentials = boto3.Session().get_credentials()
    assert credentials is not None

    def check(request: Request) -> Response:
        sent = request.headers
        again = AWSRequest(
            "POST",
            httpserver.url_for(PATH),
            data=request.get_data(),
            headers={"X-Amz-Content-SHA256": sent["X-Amz-Content-SHA256"]},
        )
        again.context["timestamp"] = sent["X-Amz-Date"]
        again.headers["X-Amz-Date"] = sent["X-Amz-Date"]
        signer = SigV4Auth(credentials, "es", REGION)
        signature = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
        return Response(status=200 if sent["Authorization"].endswith(f"Signature={signature}") else 403)

    httpserver.expect_request("/_bulk", method="POST").respond_with_handler(check)
    client = OpenSearchClient(httpserver.url_for("/"), RoleAuth(boto3.Session()))
    # WHEN
    answer = client.request("POST", PATH, b"{}\n", seconds=5, media_type="application/x-ndjson")
    # THEN
    assert answer.status == 200


def test_no_region_is_a_clear_error(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(SignInError, match="AWS_REGION"):
        RoleAuth(boto3.Session()).headers("GET", "https://search.example.com/", b"")


def test_a_password_comes_from_the_secret_and_is_kept_for_minutes(aws: Aws, secret: Any) -> None:
    # GIVEN
    now = 0.0
    auth = UserAuth(boto3.client("secretsmanager"), secret(user("first")), clock=lambda: now)
    first = auth.headers("GET", "/", b"")
    # WHEN it is rotated
    secret(user("second"))
    # THEN it is used until its time is over
    assert auth.headers("GET", "/", b"") == first
    now = 300.0
    assert auth.headers("GET", "/", b"") != first


def test_a_rotated_password_is_read_again_on_401(aws: Aws, secret: Any, httpserver: HTTPServer) -> None:
    # GIVEN a server that knows the new password only
    arn = secret(user("old"))
    auth = UserAuth(boto3.client("secretsmanager"), arn)
    auth.headers("GET", "/", b"")
    secret(user("new"))
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(
            status=200 if request.authorization and request.authorization.password == "new" else 401
        )
    )
    # WHEN
    answer = OpenSearchClient(httpserver.url_for("/"), auth).request("GET", "/", seconds=5)
    # THEN
    assert answer.status == 200


def test_a_password_may_have_letters_of_any_alphabet(aws: Aws, secret: Any, httpserver: HTTPServer) -> None:
    # GIVEN
    httpserver.expect_request("/").respond_with_data("")
    auth = UserAuth(boto3.client("secretsmanager"), secret(user("invented-€-密码")))
    # WHEN
    OpenSearchClient(httpserver.url_for("/"), auth).request("GET", "/", seconds=5)
    # THEN it arrives in UTF-8
    [(request, _)] = httpserver.log
    assert request.authorization is not None
    assert request.authorization.password == "invented-€-密码"


def test_a_wrong_password_is_tried_once(aws: Aws, secret: Any, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", status=401)
    auth = UserAuth(boto3.client("secretsmanager"), secret(user("wrong")))
    assert OpenSearchClient(httpserver.url_for("/"), auth).request("GET", "/", seconds=5).status == 401
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("text", ["hunter-two", '{"user": "writer", "password": "hunter-two"}'])
def test_a_secret_of_another_shape_is_named_and_not_quoted(aws: Aws, secret: Any, text: str) -> None:
    auth = UserAuth(boto3.client("secretsmanager"), secret(text))
    with pytest.raises(SignInError, match=r"secret:kube-events/opensearch\S* must hold") as error:
        auth.headers("GET", "/", b"")
    assert "hunter" not in str(error.value)


def test_a_missing_secret_is_named(aws: Aws) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-AbCdEf"
    settings = OpenSearchSettings(
        opensearch_endpoint="http://127.0.0.1:9", opensearch_auth="basic", opensearch_secret_arn=arn
    )
    with pytest.raises(SignInError, match=r"none-AbCdEf cannot be read: .*ResourceNotFoundException"):
        connect(settings).request("GET", "/", seconds=1)


BULK = b'{"create":{}}\n{"message":"x"}\n' * 1000


def packing(server: HTTPServer, *, takes_gzip: bool) -> list[str]:
    """A server that says 200, or 415 to gzip; the list gets each request's encoding."""
    seen: list[str] = []

    def answer(request: Request) -> Response:
        encoding = request.headers.get("Content-Encoding", "")
        seen.append(encoding)
        if encoding and not takes_gzip:
            return Response("unsupported", status=415)
        data = request.get_data()
        return Response(status=200 if (gzip.decompress(data) if encoding else data) == BULK else 400)

    server.expect_request("/_bulk").respond_with_handler(answer)
    return seen


def test_a_large_body_crosses_a_network_compressed(httpserver: HTTPServer) -> None:
    seen = packing(httpserver, takes_gzip=True)
    client = OpenSearchClient(httpserver.url_for("/"), NoAuth(), compresses=True)
    # WHEN / THEN
    assert client.request("POST", "/_bulk", BULK, seconds=5, large=True).status == 200
    # and a small one, such as a setting, goes as it is
    assert client.request("POST", "/_bulk", BULK, seconds=5).status == 200
    assert seen == ["gzip", ""]


def test_a_server_that_does_not_take_gzip_is_asked_once(httpserver: HTTPServer) -> None:
    seen = packing(httpserver, takes_gzip=False)
    client = OpenSearchClient(httpserver.url_for("/"), NoAuth(), compresses=True)
    for _ in range(2):
        assert client.request("POST", "/_bulk", BULK, seconds=5, large=True).status == 200
    assert seen == ["gzip", "", ""]


def test_a_refusal_for_other_reasons_is_not_blamed_on_gzip(httpserver: HTTPServer) -> None:
    # GIVEN a body that is refused however it is sent, and then one that is taken
    seen = packing(httpserver, takes_gzip=True)
    client = OpenSearchClient(httpserver.url_for("/"), NoAuth(), compresses=True)
    assert client.request("POST", "/_bulk", b"bad", seconds=5, large=True).status == 400
    assert client.request("POST", "/_bulk", BULK, seconds=5, large=True).status == 200
    # THEN once it is known that gzip is taken, nothing is sent twice
    assert client.request("POST", "/_bulk", b"bad", seconds=5, large=True).status == 400
    assert seen == ["gzip", "", "gzip", "gzip"]


@pytest.mark.parametrize(
    ("endpoint", "compresses"), [("https://search", True), ("http://127.0.0.1:9200", False)]
)
def test_what_is_encrypted_is_compressed(endpoint: str, compresses: bool) -> None:
    assert OpenSearchClient(endpoint, NoAuth())._compresses is compresses


def test_a_compressed_body_is_signed_as_it_is_sent(httpserver: HTTPServer, aws: Aws) -> None:
    httpserver.expect_request("/_bulk").respond_with_data("{}")
    client = OpenSearchClient(httpserver.url_for("/"), RoleAuth(boto3.Session()), compresses=True)
    client.request("POST", "/_bulk", BULK, seconds=5, large=True)
    request, _ = httpserver.log[-1]
    assert request.headers["X-Amz-Content-SHA256"] == sha256(request.get_data()).hexdigest()
