"""The exporter as a process of its own: from a replaying API server to a stream, stopped and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest

from sandbox.cluster import HANDMADE, MAIN, SMALL, ReplayServer
from tests.exporter.conftest import StreamEndpoint

REPOSITORY = Path(__file__).parents[2]
TARGETS = {"kinesis": ("--stream", "kube-events"), "eventbridge": ("--event-bus", "kube-events")}


class Process:
    """A running exporter."""

    def __init__(self, *flags: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exporter", *flags],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, sent: signal.Signals | None = None) -> tuple[int, list[dict[str, Any]], str]:
        """Send a signal, if any; the exit code, the log lines, and what went to standard error."""
        if sent is not None:
            self._process.send_signal(sent)
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, [json.loads(line) for line in out.splitlines()], err

    def close(self) -> None:
        """Leave nothing behind."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start an exporter of a cluster: `start(server)`."""
    with ExitStack() as processes:

        def started(
            server: ReplayServer, *flags: str, sink: Literal["kinesis", "eventbridge"] = "kinesis"
        ) -> Process:
            kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")
            where = ("--kubeconfig", str(kubeconfig), "--sink", sink, *TARGETS[sink], "--region", "eu-west-1")
            process = Process("run", "--cluster", "demo", *where, "--flush-interval", "0.05", *flags)
            processes.callback(process.close)
            return process

        yield started


Replay = Callable[..., ReplayServer]


@pytest.mark.parametrize("sink", ["kinesis", "eventbridge"])
def test_every_observation_arrives_through_pages_closed_watches_and_both_forms_of_410(
    replay: Replay, endpoint: StreamEndpoint, start: Start, sink: str
) -> None:
    # GIVEN
    server = replay(MAIN, HANDMADE)
    expected = server.expected_observations()
    # WHEN
    exporter = start(server, "--list-page-size", "20", sink=sink)
    arrived = endpoint.wait_until(lambda: endpoint.observations() >= expected)
    code, log, err = exporter.finish(signal.SIGTERM)
    # THEN nothing is missing, and nothing is there that should not be
    assert arrived, expected - endpoint.observations()
    assert endpoint.observations() == expected
    assert server.finished
    assert (code, err) == (0, "")
    account = log[-1]
    assert account["message"] == "stopped, everything that was read is sent"
    assert account["read"] == account["sent"] == len(endpoint.accepted) > len(expected)
    assert (account["left"], account["refused"], account["malformed"], account["unidentified"]) == (
        0,
        0,
        0,
        0,
    )


def test_replaying_the_recording_again_brings_no_other_observation(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    server = replay(SMALL, HANDMADE)
    exporter = start(server)
    expected = server.expected_observations()
    assert endpoint.wait_until(lambda: endpoint.observations() >= expected)
    first = len(endpoint.accepted)
    server.restart()
    assert endpoint.wait_until(lambda: len(endpoint.accepted) >= first + len(expected))
    assert exporter.finish(signal.SIGTERM)[0] == 0
    assert endpoint.observations() == expected


def test_killed_in_the_middle_and_started_again_it_ends_with_the_same_observations(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    # GIVEN a stretch of the recording in which no state is overwritten and none expires,
    # everything before it accepted, and all of it read but none of it accepted
    server = replay(MAIN, HANDMADE, hold_at=220)
    stretch = server.recording.lines[220:320]
    assert {line.type for line in stretch} == {"ADDED"}
    before = {(line.meta.uid, line.meta.resource_version) for line in server.recording.lines[:220]}
    exporter = start(server)
    assert endpoint.wait_until(lambda: endpoint.observations() >= before)
    endpoint.let_go.clear()
    server.hold(320)
    assert server.wait_until(320, timeout=30)
    # WHEN
    code, _, _ = exporter.finish(signal.SIGKILL)
    endpoint.let_go.set()
    server.resume()
    second = start(server)
    # THEN
    expected = server.expected_observations()
    assert endpoint.wait_until(lambda: endpoint.observations() >= expected)
    assert endpoint.observations() == expected
    assert code == -signal.SIGKILL
    assert second.finish(signal.SIGTERM)[0] == 0


def test_sigterm_sends_what_was_read_before_it_ends(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    # GIVEN a stream that is slow to answer, and states that were read meanwhile
    server = replay(SMALL, hold_at=100)
    endpoint.let_go.clear()
    exporter = start(server)
    assert server.wait_until(100, timeout=30)
    assert endpoint.wait_until(lambda: bool(endpoint.calls))
    # WHEN the exporter is told to stop, and the stream answers after that
    exporter._process.send_signal(signal.SIGTERM)
    endpoint.let_go.set()
    code, log, _ = exporter.finish()
    # THEN
    assert code == 0
    assert [line["message"] for line in log[-3:-1]] == ["stopping on SIGTERM", "the Lease is released"]
    assert log[-1]["read"] == log[-1]["sent"] == len(endpoint.accepted) > 0
    assert log[-1]["left"] == 0


def test_a_drain_that_does_not_finish_in_time_is_said_and_is_no_success(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    server = replay(SMALL, hold_at=60)
    endpoint.let_go.clear()
    exporter = start(server, "--grace-period", "0.2")
    assert endpoint.wait_until(lambda: bool(endpoint.calls))
    code, log, _ = exporter.finish(signal.SIGTERM)
    assert code == 1
    assert log[-1]["message"] == "stopped before everything that was read was sent"
    assert log[-1]["left"] > 0


def test_a_thread_that_dies_takes_the_exporter_with_it(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    # An exporter that lives on without its reader or senders is green and silent.
    endpoint.always = "nonsense"
    code, log, _ = start(replay(SMALL), "--grace-period", "0.2").finish()
    assert code == 1
    deaths = [line for line in log if line["level"] == "CRITICAL"]
    assert deaths[0]["exception_name"] == "KeyError"
    assert log[-1]["message"] == "stopped by an error"


def test_wrong_settings_are_lines_without_a_traceback_and_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("KUBE_EVENTS_", "AWS_"))]:
        monkeypatch.delenv(name)
    for command in ("run", "check"):
        code, log, err = Process(command, "--cluster", "demo", "--sink", "kafka").finish()
        assert (code, log) == (2, [])
        assert [line.split(" ")[0] for line in err.splitlines()] == ["--sink", "--region"]


def test_a_kubeconfig_that_is_missing_is_one_line_and_exit_2(
    endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    flags = ("--cluster", "demo", "--sink", "kinesis", "--stream", "s", "--region", "eu-west-1")
    code, _, err = Process("run", *flags, "--kubeconfig", str(tmp_path / "none")).finish()
    assert code == 2
    assert err.startswith(f"cannot read kubeconfig {tmp_path / 'none'}: ")
    assert err.count("\n") == 1
    assert endpoint.calls == []


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AWS_PROFILE", "none", "The config profile (none) could not be found"),
        ("AWS_ENDPOINT_URL", "nonsense", "Invalid endpoint: nonsense"),
        ("AWS_ENDPOINT_URL", "http://[x", "Invalid IPv6 URL"),
    ],
)
def test_a_wrong_aws_configuration_is_one_line(
    replay: Replay,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    value: str,
    said: str,
) -> None:
    # GIVEN
    monkeypatch.setenv(variable, value)
    kubeconfig = str(replay(SMALL).kubeconfig(tmp_path / "kubeconfig"))
    flags = ("--cluster", "demo", "--sink", "kinesis", "--stream", "s", "--region", "eu-west-1")
    # WHEN / THEN
    code, _, err = Process("run", *flags, "--kubeconfig", kubeconfig).finish()
    assert (code, err) == (2, f"the AWS configuration of this environment is wrong: {said}\n")
    # WHEN / THEN the other half of a check is still made
    check = subprocess.run(
        [sys.executable, "-m", "exporter", "check", *flags, "--kubeconfig", kubeconfig],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    api_server, sink = check.stdout.splitlines()
    assert (check.returncode, check.stderr) == (1, "")
    assert api_server.startswith("ok      API server: ")
    assert sink == f"failed  sink: the AWS configuration of this environment is wrong: {said}"


def test_version_is_that_of_the_project() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "exporter", "version"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f'\nversion = "{process.stdout.strip()}"\n' in REPOSITORY.joinpath("pyproject.toml").read_text()


def test_an_unknown_flag_is_one_line_and_exit_2() -> None:
    code, _, err = Process("run", "--clutser", "demo").finish()
    assert code == 2
    assert err == "python -m exporter: unrecognized arguments: --clutser demo\n"
