"""A server of our own, and one that was given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from sandbox.opensearch import OpenSearchServer, ServerError

ROOT = Path(__file__).parents[3]


def test_a_given_server_is_used_and_left_running(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    httpserver.expect_request("/_cluster/health").respond_with_json({"status": "yellow"})
    httpserver.expect_request("/").respond_with_json({"version": {"number": "2.11.1"}})
    monkeypatch.setenv("OPENSEARCH_URL", httpserver.url_for("/"))
    said: list[str] = []
    # WHEN
    with OpenSearchServer.start(say=said.append) as server:
        # THEN
        assert (server.url, server.version, server.pid) == (
            httpserver.url_for("").rstrip("/"),
            "2.11.1",
            None,
        )
    assert said == ["using OpenSearch 2.11.1 at OPENSEARCH_URL"]


@pytest.mark.parametrize("url", ["127.0.0.1:9200", "http://admin:hunter2@127.0.0.1:9200", "http://a/b"])
def test_an_address_that_the_sandbox_cannot_use_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("OPENSEARCH_URL", url)
    with pytest.raises(ServerError, match="OPENSEARCH_URL must be a URL") as refused:
        OpenSearchServer.start()
    assert "hunter2" not in str(refused.value)


def test_a_given_server_that_asks_for_a_password_is_named(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/_cluster/health").respond_with_data("", status=401)
    monkeypatch.setenv("OPENSEARCH_URL", httpserver.url_for("/"))
    with pytest.raises(ServerError, match="is not healthy: HTTP 401"):
        OpenSearchServer.start(say=lambda line: None)


def test_a_given_address_of_something_else_is_named(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/_cluster/health").respond_with_data("hello")
    httpserver.expect_request("/").respond_with_data("hello")
    monkeypatch.setenv("OPENSEARCH_URL", httpserver.url_for("/"))
    with pytest.raises(ServerError, match="answers, but not as OpenSearch does"):
        OpenSearchServer.start(say=lambda line: None)


def test_a_given_server_is_not_ours_to_end(httpserver: HTTPServer) -> None:
    # GIVEN
    httpserver.expect_request("/_cluster/health").respond_with_json({"status": "green"})
    httpserver.expect_request("/").respond_with_json({"version": {"number": "2.19.4"}})
    server = OpenSearchServer.attach(httpserver.url_for("/"), say=lambda line: None)
    # WHEN / THEN
    for order in (server.kill, server.restart):
        with pytest.raises(ServerError, match="is not ours to end: it was given, or is stopped"):
            order()
    with pytest.raises(ServerError, match="has no password: nobody has to sign in"):
        server.write_secret()


def test_a_given_server_is_signed_in_to_and_asked_for_its_plugins(httpserver: HTTPServer) -> None:
    # GIVEN a server that knows one user
    signed = {"Authorization": "Basic YWRtaW46aHVudGVyMg=="}
    for path, answer in (
        ("/_cluster/health", {"status": "green"}),
        ("/", {"version": {"number": "2.19.4"}}),
        ("/_cat/plugins", [{"name": "a", "component": "opensearch-index-management"}]),
    ):
        httpserver.expect_request(path, headers=signed).respond_with_json(answer)
    # WHEN
    server = OpenSearchServer.attach(httpserver.url_for("/"), ("admin", "hunter2"), say=lambda line: None)
    # THEN
    assert server.admin == ("admin", "hunter2")
    assert server.has_ism


def test_a_server_that_does_not_name_its_plugins_is_one_line(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/_cat/plugins").respond_with_data("no", status=403)
    server = OpenSearchServer(httpserver.url_for("").rstrip("/"), "2.19.4")
    with pytest.raises(ServerError, match="does not name its plugins: HTTP 403"):
        _ = server.has_ism


def test_what_is_particular_is_started_beside_a_given_server(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a server that is given, which nobody asks for anything
    monkeypatch.setenv("OPENSEARCH_URL", "http://127.0.0.1:9")
    # WHEN / THEN the version is looked at instead
    with pytest.raises(ServerError, match=r"OpenSearch '1\.0\.0' is none that the sandbox can start"):
        OpenSearchServer.start("1.0.0", say=lambda line: None)


@pytest.mark.opensearch
def test_a_setting_that_the_server_does_not_know_is_named_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        # GIVEN
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", name)
        # WHEN
        with pytest.raises(ServerError, match=r"OpenSearch ended with exit code 1: .*no\.such\.setting"):
            OpenSearchServer.start(settings={"no.such.setting": 1}, say=lambda line: None)
        # THEN
        assert list(folder.iterdir()) == []


@pytest.mark.opensearch
def test_an_own_server_starts_beside_others_and_leaves_nothing() -> None:
    # GIVEN a directory of its own for temporary files, open to the user that the server runs as
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        _start_and_stop(folder)
        assert list(folder.iterdir()) == []


def _start_and_stop(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENSEARCH_URL"}
    # WHEN the command runs
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.opensearch"],
        cwd=ROOT,
        env=environment | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    # THEN it serves on loopback
    assert url.startswith("http://127.0.0.1:")
    assert list(folder.glob("kube-events-opensearch-*"))
    # WHEN it is told to end
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"is up at {url}" in said
