"""Whatever keeps the index from being asked is one line that says what to do, never a traceback."""

from __future__ import annotations

import io
import json
import socket
import ssl
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from kube_events.opensearch.connection import Connection
from sandbox.control_plane.pki import Pki
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.kube_events.search.conftest import Run, Said

NOTHING = {"hits": {"hits": []}}
HERE = "http://127.0.0.1:1"
PASSWORD = "KUBE_EVENTS_OPENSEARCH_PASSWORD"


@pytest.fixture
def endpoint(httpserver: HTTPServer) -> str:
    return httpserver.url_for("").rstrip("/")


def one_line(said: Said) -> str:
    assert (said.code, said.out) == (1, "")
    (line,) = said.err.splitlines()
    return line


def error(kind: str, reason: str) -> dict[str, Any]:
    return {"error": {"type": kind, "reason": reason, "root_cause": [{"type": kind, "reason": reason}]}}


@pytest.mark.parametrize(
    ("environment", "arguments", "says"),
    [
        ({}, (), "no endpoint: give --endpoint URL, or set KUBE_EVENTS_OPENSEARCH"),
        ({}, ("--endpoint", "search.example.com"), "expected a URL such as https://search.example.com"),
        ({}, ("--endpoint", "https://host:99999"), "expected a URL such as"),
        ({}, ("--endpoint", "http://ho st"), "expected a URL such as"),
        ({}, ("--endpoint", "http://host/\x1b[31m"), "expected a URL such as"),
        ({}, ("--endpoint", "https://u:secret@host"), "the endpoint holds a user"),
        ({"": HERE, "_AUTH": "iam"}, (), "KUBE_EVENTS_OPENSEARCH_AUTH is 'iam': it must be one of"),
        ({"": HERE}, ("--auth", "basic"), "--auth basic needs a user"),
        ({"": HERE}, ("--user", "me"), f"no password: set {PASSWORD}, or run this at a terminal"),
        ({"": "http://10.0.0.1:1"}, ("--user", "me"), "over http others can read the password"),
        ({"": HERE}, ("--auth", "none", "--user", "me"), "--user is for --auth basic"),
        ({"": HERE}, ("--auth", "none", "--region", "x"), "--region is for --auth sigv4"),
        ({"": HERE}, ("--auth", "none", "--ca-file", "/no/ca"), "--ca-file /no/ca: No such file"),
        ({"": HERE}, (), "no AWS credentials: sign in (aws sso login)"),
        ({"": HERE}, ("--profile", "nobody"), "AWS configuration: The config profile (nobody)"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_before_anything_is_sent(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"KUBE_EVENTS_OPENSEARCH{name}", value)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    line = one_line(run(*arguments))
    assert says in line
    assert "secret" not in line


def test_credentials_without_a_region_are_not_enough(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_credentials(monkeypatch)
    line = one_line(run("--endpoint", "https://search.example.com"))
    assert line == "no AWS region: give --region, https://search.example.com does not say it"


def _with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


@pytest.mark.parametrize("by_environment", [False, True])
def test_sigv4_signs_for_the_service_and_the_region(
    run: Run, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer, endpoint: str, by_environment: bool
) -> None:
    # GIVEN
    _with_credentials(monkeypatch)
    monkeypatch.setenv("AWS_REGION", "eu-central-1" if by_environment else "us-east-1")
    region = () if by_environment else ("--region", "eu-central-1")
    httpserver.expect_request("/kubernetes-events/_search", method="POST").respond_with_json(NOTHING)
    # WHEN
    said = run("--endpoint", endpoint, *region)
    # THEN
    assert said.code == 0
    (request, _), *_ = httpserver.log
    assert "/eu-central-1/es/aws4_request, SignedHeaders=" in request.headers["Authorization"]


def test_a_session_that_has_ended_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: str
) -> None:
    # GIVEN a profile of single sign-on to which nobody is signed in: the first request to be signed shows it
    config = tmp_path / "config"
    config.write_text(
        "[profile work]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = reader\n"
        "[sso-session work]\nsso_region = eu-central-1\nsso_start_url = https://sso.example.com/start\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    # WHEN / THEN
    line = one_line(run("--endpoint", endpoint, "--profile", "work", "--region", "eu-central-1"))
    assert line.startswith("AWS credentials: Error loading SSO Token")


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://search.example.com/os", "http://search.example.com:80/os"),
        ("http://[::1]", "http://[::1]:80"),
        ("http://127.0.0.1:9200", "http://127.0.0.1:9200"),
        ("https://search.example.com", "https://search.example.com"),
    ],
)
def test_a_url_without_a_port_means_the_port_of_its_scheme(endpoint: str, url: str) -> None:
    assert Connection(endpoint, "none").url == url


def test_a_domain_says_its_region_itself() -> None:
    hosts = {
        "https://search-events-abc.eu-central-1.es.amazonaws.com": "eu-central-1",
        "https://vpc-events-abc.us-gov-west-1.es.amazonaws.com": "us-gov-west-1",
        "https://search-events-abc.cn-north-1.es.amazonaws.com.cn": "cn-north-1",
        "https://search.example.com": "",
        "https://search.eu-central-1.es.amazonaws.com.example": "",
    }
    assert {host: Connection(host, "sigv4").region_of_endpoint for host in hosts} == hosts


def test_a_user_signs_in_with_a_password_of_any_script(
    run: Run, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer, endpoint: str
) -> None:
    # GIVEN
    monkeypatch.setenv("KUBE_EVENTS_OPENSEARCH", endpoint)
    monkeypatch.setenv("KUBE_EVENTS_OPENSEARCH_USER", "reader")
    monkeypatch.setenv(PASSWORD, "пароль:1")
    httpserver.expect_request("/kubernetes-events/_search").respond_with_json(NOTHING)
    # WHEN
    assert run().code == 0
    # THEN
    (request, _), *_ = httpserver.log
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    assert (scheme, b64decode(pair).decode()) == ("Basic", "reader:пароль:1")


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, "Unauthorized", "does not accept this user and password (401)"),
        (
            403,
            error("security_exception", "no permissions for [indices:data/read/search]"),
            "(403): no permissions for [indices:data/read/search]; it takes the role kube_events_reader",
        ),
        (403, {"Message": "User: x is not authorized"}, "at an access policy es:ESHttpGet and es:ESHttpPost"),
        (404, error("index_not_found_exception", "no such index"), "has no alias kubernetes-events (404)"),
        (400, error("parsing_exception", "unknown query [x]"), "refuses the search (400): unknown query [x]"),
        (413, "too large", "refuses the search (413)"),
        (302, "", "sends us elsewhere (302): is it the address of Dashboards?"),
        (429, error("rejected_execution_exception", "queue full"), "has no time for it (429): queue full"),
        (503, "<html>try later</html>", "has no time for it (503)"),
        (200, "<html>welcome</html>", "answers, but it is no OpenSearch"),
        (200, {"welcome": True}, "answers, but it is no OpenSearch"),
        (200, {"hits": {}}, "answers, but it is no OpenSearch"),
        (400, error("parsing_exception", "\x1b[31mred"), "refuses the search (400): \ufffd[31mred"),
        (200, ["welcome"], "answers, but it is no OpenSearch"),
        (200, {"timed_out": True, **NOTHING}, "a part of the indices did not answer"),
    ],
)
def test_every_refusal_says_what_helps(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    httpserver: HTTPServer,
    endpoint: str,
    status: int,
    body: Any,
    says: str,
) -> None:
    monkeypatch.setenv(PASSWORD, "made-up")
    whole = isinstance(body, str)
    httpserver.expect_request("/kubernetes-events/_search").respond_with_data(
        body if whole else json.dumps(body),
        status=status,
        content_type="text/html" if whole else "application/json",
    )
    line = one_line(run("--endpoint", endpoint, "--user", "me"))
    assert says in line
    assert endpoint in line
    assert "made-up" not in line


def test_a_moment_without_time_does_not_end_a_search(run: Run, httpserver: HTTPServer, endpoint: str) -> None:
    # GIVEN a server that is overloaded twice
    answers = iter([429, 503])

    def answer(_request: Request) -> Response:
        return Response(json.dumps(NOTHING), next(answers, 200), content_type="application/json")

    httpserver.expect_request("/kubernetes-events/_search").respond_with_handler(answer)
    # WHEN / THEN
    assert run("--endpoint", endpoint, "--auth", "none").code == 0


def test_nobody_there_is_said(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"http://127.0.0.1:{listener.getsockname()[1]}"
    line = one_line(run("--endpoint", gone, "--auth", "none"))
    assert line.startswith(f"{gone} cannot be reached: ")
    assert "refused" in line
    line = one_line(run("--endpoint", "http://nobody.invalid", "--auth", "none"))
    assert line.startswith("http://nobody.invalid cannot be reached: ")


def test_silence_is_said(run: Run) -> None:
    # GIVEN somebody who takes connections and says nothing
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = f"http://127.0.0.1:{listener.getsockname()[1]}"
        line = one_line(run("--endpoint", silent, "--auth", "none", "--timeout", "0.1"))
    assert line.startswith(f"{silent}: no answer within 0.1 s; --timeout allows more")


def test_tls_is_trusted_by_its_authority_alone(run: Run, tmp_path: Path) -> None:
    # GIVEN a server whose certificate nobody knows
    pki = Pki(tmp_path / "pki")
    pki.make()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.server, pki.server_key)
    with HTTPServer(ssl_context=context) as server:
        server.expect_request("/kubernetes-events/_search").respond_with_json(NOTHING)
        endpoint = f"https://localhost:{server.port}"
        # WHEN / THEN
        line = one_line(run("--endpoint", endpoint, "--auth", "none"))
        assert line.startswith(f"{endpoint}: TLS: ")
        assert "--ca-file" in line
        assert run("--endpoint", endpoint, "--auth", "none", "--ca-file", str(pki.ca)).code == 0
        # AND a file that holds no certificate
        no_ca = tmp_path / "no.pem"
        no_ca.write_text("nothing")
        assert "--ca-file" in one_line(run("--endpoint", endpoint, "--auth", "none", "--ca-file", str(no_ca)))


@pytest.mark.opensearch
def test_an_index_that_nothing_was_written_to_is_said(run: Run, clean_index: OpenSearchApi) -> None:
    line = one_line(run("--endpoint", clean_index.url, "--auth", "none"))
    assert "has no alias kubernetes-events (404): no such index [kubernetes-events]" in line


@pytest.mark.parametrize(
    "arguments", ["['version']", "['search', '--since', 'nonsense']", "['rules', 'check', '/']"]
)
def test_other_commands_do_not_wait_for_the_libraries(arguments: list[str]) -> None:
    program = (
        f"import sys; from kube_events.__main__ import main; main({arguments});"
        "print(sorted({'boto3', 'botocore', 'opensearchpy', 'urllib3', 'kubernetes'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.splitlines()[-1] == "[]"
