"""A control plane's folder: who is who, what is started how, and what is ended."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
import yaml

from sandbox.control_plane.binary import Binary
from sandbox.control_plane.components import ALL_PARTS, Layout, Options, Ports, arguments, audit_policy
from sandbox.control_plane.errors import ControlPlaneError
from sandbox.control_plane.plane import ControlPlane, take_down
from sandbox.control_plane.process import Process

BINARY = Binary(Path("/nowhere/program"), Path("/nowhere/stages.yaml"))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "state", BINARY, Ports(1, 2, 3, 4), Options())


@pytest.mark.parametrize("part", ALL_PARTS)
def test_every_part_listens_on_loopback_or_not_at_all(part: str, layout: Layout) -> None:
    for argument in arguments(part, layout):  # type: ignore[arg-type]
        flag, _, value = argument.partition("=")
        if "listen" in flag or "address" in flag:
            assert "127.0.0.1" in value
        if flag == "--secure-port":
            assert value == ("3" if part == "kube-apiserver" else "0")


@pytest.mark.parametrize("part", ALL_PARTS)
def test_every_command_line_names_the_folder(part: str, layout: Layout) -> None:
    # Else a process could not be told from a stranger that got its id.
    assert any(str(layout.folder) in each for each in arguments(part, layout))  # type: ignore[arg-type]


def test_only_the_audited_users_are_written_down() -> None:
    assert json.loads(audit_policy(()))["rules"] == [{"level": "None"}]
    assert json.loads(audit_policy(("x",)))["rules"] == [
        {"level": "Metadata", "users": ["x"]},
        {"level": "None"},
    ]


def test_a_strict_client_trusts_the_server_by_the_kubeconfig(tmp_path: Path) -> None:
    # GIVEN
    plane = ControlPlane.at(tmp_path / "state", BINARY)
    pki = plane.layout.pki
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pki.server, pki.server_key)
    client_side = ssl.create_default_context(cafile=str(pki.ca))
    client_side.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()
    # WHEN
    shaking = Thread(target=lambda: server_side.wrap_socket(theirs, server_side=True).close())
    shaking.start()
    with client_side.wrap_socket(ours, server_hostname="127.0.0.1") as secured:
        version = secured.version()
    shaking.join()
    # THEN
    assert version == "TLSv1.3"
    plane.down()


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    plane = ControlPlane.at(tmp_path / "state", BINARY)
    pki = plane.layout.pki
    for secret in (pki.tokens, pki.admin_token, pki.server_key, pki.signing_key, plane.layout.kubeconfig):
        assert secret.stat().st_mode & 0o077 == 0
    assert plane.layout.folder.stat().st_mode & 0o077 == 0
    plane.down()


def test_a_kubeconfig_is_whole(tmp_path: Path) -> None:
    plane = ControlPlane.at(tmp_path / "state", BINARY)
    config = yaml.safe_load(plane.layout.kubeconfig.read_text())
    assert config["clusters"][0]["cluster"]["server"] == plane.layout.url
    assert config["users"][0]["user"]["token"] == plane.layout.pki.admin_token.read_text()
    plane.down()


def test_who_comes_again_finds_the_same_cluster(tmp_path: Path) -> None:
    first = ControlPlane.at(tmp_path / "state", BINARY, options=Options(event_ttl="10m"))
    second = ControlPlane.at(tmp_path / "state", BINARY)
    assert second.layout == first.layout
    assert len(set(first.layout.ports)) == len(Ports._fields)
    for each in (first, second):
        each.down()


def test_another_versions_cluster_is_not_touched(tmp_path: Path) -> None:
    ControlPlane.at(tmp_path / "state", BINARY).api.close()
    with pytest.raises(ControlPlaneError, match="another version's cluster: end that one first"):
        ControlPlane.at(tmp_path / "state", Binary(Path("/other"), Path("/other")))


PROGRAM = Path("/bin/sh")
"""Called `etcd`, with the folder in its arguments, it passes for one."""


def _start(process: Process, folder: Path, script: str) -> None:
    process.start(PROGRAM, ["-c", f"{script}; : {folder}"])


def test_a_process_is_ended_by_whoever_finds_its_id(tmp_path: Path) -> None:
    # GIVEN one that was started by somebody else
    starter = Process("etcd", tmp_path)
    _start(starter, tmp_path, "while :; do sleep 0.1; done")
    assert starter.pid
    # WHEN
    assert take_down(tmp_path)
    # THEN
    assert starter.pid is None
    assert not tmp_path.exists()
    assert not take_down(tmp_path)


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = Process("etcd", tmp_path)
    _start(process, tmp_path, "trap '' TERM; echo deaf; while :; do sleep 0.1; done")
    while process.last_words() != "deaf":
        pass
    process.stop(patience=0.2)
    assert process.pid is None


def test_starting_twice_starts_once(tmp_path: Path) -> None:
    process = Process("etcd", tmp_path)
    _start(process, tmp_path, "while :; do sleep 0.1; done")
    first = process.pid
    _start(process, tmp_path, "while :; do sleep 0.1; done")
    assert process.pid == first
    process.stop_by(signal.SIGKILL, 10)


def test_a_stranger_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    # GIVEN an id file that is older than the process which now has that id
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        run = tmp_path / "run"
        run.mkdir()
        run.joinpath("etcd.pid").write_text(str(stranger.pid))
        # WHEN
        assert take_down(tmp_path)
        # THEN
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_a_part_that_ends_at_once_is_named_with_its_last_words(tmp_path: Path) -> None:
    # GIVEN a program that is no control plane
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 'I am no etcd'; exit 3\n")
    program.chmod(0o700)
    plane = ControlPlane.at(tmp_path / "state", Binary(program, program))
    # WHEN
    with pytest.raises(ControlPlaneError, match="etcd has ended: I am no etcd"):
        plane.up()
    plane.down()
