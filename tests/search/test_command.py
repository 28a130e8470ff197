"""`python -m sandbox.opensearch --security`, for people."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from sandbox.opensearch import OpenSearchServer
from tests.fixtures.opensearch_api import OpenSearchApi

pytestmark = pytest.mark.search

ROOT = Path(__file__).parents[2]


def command(version: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.opensearch", "--version", version, "--security"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.usefixtures("secured_search")
def test_the_password_is_in_a_file_for_its_owner_alone_and_nowhere_else(
    search_server: OpenSearchServer,
) -> None:
    # WHEN
    process = command(search_server.version)
    assert process.stdout is not None
    assert process.stderr is not None
    url = process.stdout.readline().strip()
    said = [process.stderr.readline() for _ in range(3)]
    # THEN the last line says where the password is
    path = Path(said[-1].removeprefix("sign in as admin; the password is in ").strip())
    password = path.read_text().strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with urllib3.PoolManager(timeout=30, retries=False) as http:
        api = OpenSearchApi(url, http).as_user("admin", password)
        assert api.call("GET", "/")["version"]["number"] == search_server.version
        assert api.as_nobody().ask("GET", "/").status == 401
    assert password not in (path.parent / "output.log").read_text()
    # AND it goes with the node
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=60)
    assert process.returncode == 0
    assert password not in "".join([url, *said, *rest])
    assert not path.parent.exists()


@pytest.mark.usefixtures("secured_search")
def test_a_weak_password_is_refused_and_not_repeated(search_server: OpenSearchServer) -> None:
    process = command(search_server.version, OPENSEARCH_INITIAL_ADMIN_PASSWORD="hunter2")
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "the security plugin cannot be set up: " in said
    assert "assword" in said.splitlines()[-1]
    assert "hunter2" not in said
    assert "Traceback" not in said
