"""Nothing that the exporter says holds a credential, whatever fails and whoever repeats it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.cluster.server import KUBECONFIG
from tests.exporter.conftest import Refusal, StreamEndpoint
from tests.exporter.listened_to import ListenedTo
from tests.fixtures.cluster import Answer, ScriptedApiServer, Watch, list_page, refusal, watch_line

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.dG9rZW4tb2YtdGhlLWV4cG9ydGVy"
OLD_TOKEN = "an-older-token-that-is-no-jwt"
KEY_ID = "AKIAINVENTEDINVENTED"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYINVENTEDKEY"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEINVENTED/SESSION+TOKEN=="
SECRETS = (TOKEN, OLD_TOKEN, KEY_ID, SECRET_KEY, SESSION_TOKEN)


@pytest.fixture
def kubeconfig(api_server: ScriptedApiServer, tmp_path: Path) -> Path:
    """A kubeconfig with its token in a file, which the API server does not take yet."""
    (tmp_path / "token").write_text(f"{OLD_TOKEN}\n")
    path = tmp_path / "kubeconfig"
    path.write_text(
        KUBECONFIG.format(url=api_server.url, token="").replace('token: ""', f"tokenFile: {tmp_path}/token")
    )
    return path


def flags(kubeconfig: Path) -> list[str]:
    return [
        *("--cluster", "demo", "--kubeconfig", str(kubeconfig), "--log-level", "DEBUG"),
        *("--sink", "kinesis", "--stream", "kube-events", "--region", "eu-west-1"),
        *("--leader-election", "false", "--pod-status", "false", "--flush-interval", "0"),
    ]


ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_SESSION_TOKEN": SESSION_TOKEN,
}

WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. The Canonical String for "
    "this request should have been 'POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:kinesis\n"
    f"x-amz-security-token:{SESSION_TOKEN}\nx-amz-target:Kinesis_20131202.PutRecords\n\nhost'"
)
"""As AWS says it, word for word."""


def test_neither_logs_nor_metrics_hold_a_credential_that_an_error_repeats(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, kubeconfig: Path, tmp_path: Path
) -> None:
    # GIVEN an API server that refuses and repeats what it was sent, and a stream that does the same
    api_server.tokens = {TOKEN}
    echo = f"GET /api/v1/events HTTP/1.1 Authorization: Bearer {TOKEN}"
    api_server.answers(
        refusal(403, "Forbidden", echo),
        Answer(502, f"<html>{echo}</html>".encode()),
        list_page(version=1),
        Watch((watch_line("ADDED", "a", 2),), "silent"),
    )
    endpoint.behaviours += [
        Refusal("InvalidSignatureException", 400, WRONG_SIGNATURE),
        Refusal("AccessDeniedException", 400, f"User with key {KEY_ID} is not authorized"),
    ]
    with ListenedTo(
        "run", *flags(kubeconfig), "--listen", "127.0.0.1:0", environment=ENVIRONMENT
    ) as exporter:
        exporter.until("listening", "waiting for credentials")
        # WHEN the token is rotated and everything goes wrong in turn
        (tmp_path / "token").write_text(TOKEN)
        exporter.until("403 Forbidden", "502 ", "InvalidSignatureException")
        pages = [exporter.page(path) for path in ("/metrics", "/livez", "/readyz")]
        exporter.stop()
    # THEN
    said = "".join([*exporter.lines, *(each.body for each in pages)])
    assert "kube_events_exporter_leader" in said
    assert "Bearer ***" in said
    assert "x-amz-security-token:***" in said
    assert [line for line in said.splitlines() if any(secret in line for secret in SECRETS)] == []


def test_a_check_that_fails_names_no_credential(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, kubeconfig: Path
) -> None:
    api_server.tokens = {OLD_TOKEN}
    echo = refusal(403, "Forbidden", f"Authorization: Bearer {OLD_TOKEN}")
    api_server.answers(*[echo] * 20)
    endpoint.always = Refusal("InvalidSignatureException", 400, WRONG_SIGNATURE)
    with ListenedTo("check", *flags(kubeconfig), environment=ENVIRONMENT) as check:
        said, _ = check.process.communicate(timeout=60)
    assert "InvalidSignatureException" in said
    assert "Bearer ***" in said
    assert [line for line in said.splitlines() if any(secret in line for secret in SECRETS)] == []


def test_a_kubeconfig_that_is_broken_is_not_shown(
    endpoint: StreamEndpoint, kubeconfig: Path, tmp_path: Path
) -> None:
    assert endpoint.url
    broken = tmp_path / "broken"
    broken.write_text(f'users:\n- user: {{token: "{TOKEN}\n  x: [{OLD_TOKEN}')
    with ListenedTo("run", *flags(broken), environment=ENVIRONMENT) as exporter:
        said, _ = exporter.process.communicate(timeout=60)
    assert exporter.process.returncode == 2
    assert said.startswith(f"cannot read kubeconfig {broken}: ")
    assert [line for line in said.splitlines() if any(secret in line for secret in SECRETS)] == []
