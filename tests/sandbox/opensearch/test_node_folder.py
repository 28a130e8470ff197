"""What lies in the directory of a node."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.opensearch.node_folder import NodeFolder
from sandbox.opensearch.security import random_password


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[NodeFolder]:
    """That of a server which is one program and one file of settings."""
    with zipfile.ZipFile(tmp_path / "server.zip", "w") as server:
        server.writestr("opensearch-3.4.0/bin/opensearch", "#!/bin/sh\n")
        server.writestr("opensearch-3.4.0/config/opensearch.yml", "# nothing\n")
    folder = NodeFolder(tmp_path / "server.zip")
    yield folder
    folder.remove()


def test_the_server_is_unpacked_with_programs_that_run(folder: NodeFolder) -> None:
    assert folder.home == folder.path / "opensearch-3.4.0"
    assert (folder.home / "bin" / "opensearch").stat().st_mode & stat.S_IXOTH
    assert sorted(entry.name for entry in folder.path.iterdir()) == ["opensearch-3.4.0", "tmp"]


def test_settings_asked_for_win_over_ours_and_keep_their_types(folder: NodeFolder) -> None:
    folder.configure(
        {"http.port": 9200, "thread_pool.write.queue_size": 1, "a.b": ["CN=x", 'y: "z"'], "c": False}
    )
    found = yaml.safe_load((folder.home / "config" / "opensearch.yml").read_text())
    assert found["network.host"] == "127.0.0.1"
    assert found["http.port"] == 9200
    assert (found["thread_pool.write.queue_size"], found["a.b"], found["c"]) == (1, ["CN=x", 'y: "z"'], False)


def test_a_secret_is_for_its_owner_alone_and_goes_with_the_node(folder: NodeFolder) -> None:
    password = random_password()
    path = folder.write_secret(password)
    assert path.read_text() == f"{password}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    folder.remove()
    assert not path.exists()


def test_passwords_differ() -> None:
    assert len({random_password() for _ in range(100)}) == 100
