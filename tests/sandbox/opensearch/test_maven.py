"""What Maven has is fetched once; where it cannot be had, one line says so."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sandbox.opensearch import ServerError
from sandbox.opensearch.maven import Artifact, cache_folder, fetch
from tests.sandbox.opensearch.programs import fake_program

SERVER = Artifact("org.example", "opensearch", "3.4.0")


def test_the_cache_is_where_the_user_has_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "kube-events" / "opensearch"


def test_a_missing_maven_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ServerError, match=r"Maven is missing: install it .mvn on PATH., or set OPENSEARCH_URL"
    ):
        fetch(SERVER, cache=tmp_path / "cache", say=lambda line: None)


@pytest.fixture
def maven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Maven that notes each call, takes its time and copies an artifact."""
    calls = tmp_path / "calls"
    script = (
        f"echo call >> {calls}\n"
        'for each in "$@"; do case $each in -DoutputDirectory=*) folder=${each#*=};; esac; done\n'
        "sleep 0.2\n"
        "echo zip > $folder/opensearch-3.4.0.zip"
    )
    fake_program(tmp_path / "bin" / "mvn", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return calls


def test_two_at_once_fetch_it_once(maven: Path, tmp_path: Path) -> None:
    said: list[str] = []
    threads = [
        threading.Thread(
            target=fetch, args=(SERVER,), kwargs={"cache": tmp_path / "cache", "say": said.append}
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert maven.read_text().splitlines() == ["call"]
    assert said == ["fetching opensearch 3.4.0 with Maven (once)"]
    assert (tmp_path / "cache" / "opensearch-3.4.0.zip").read_text() == "zip\n"


def test_what_maven_says_is_handed_on_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = "echo '[ERROR] Could not find artifact'; echo '[ERROR] more'; exit 1"
    fake_program(tmp_path / "bin" / "mvn", said)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ServerError) as error:
        fetch(SERVER, cache=tmp_path / "cache", say=lambda line: None)
    assert str(error.value).endswith("opensearch:3.4.0:zip: [ERROR] Could not find artifact")
    assert list((tmp_path / "cache").glob("*.zip")) == []
