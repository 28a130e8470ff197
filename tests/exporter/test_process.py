"""The exporter as a process of its own: from a replaying API server to a stream, stopped and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any, Literal

import pytest

from sandbox.cluster import HANDMADE, MAIN, SMALL, ReplayServer
from tests.exporter.conftest import StreamEndpoint
from tests.fixtures.cluster import Answer
from tests.fixtures.loopback import LoopbackServer

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

        self.log: list[dict[str, Any]] = []
        self._logged = Condition()
        self._collector = Thread(target=self._collect, daemon=True)
        self._collector.start()

    def _collect(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._logged:
                self.log.append(json.loads(line))
                self._logged.notify_all()

    def wait_for(self, message: str) -> bool:
        """Wait until it has logged this."""
        with self._logged:
            return self._logged.wait_for(lambda: message in self.messages(), timeout=30)

    def messages(self, **fields: str) -> list[str]:
        """What it has logged, if the other fields are these."""
        return [line["message"] for line in self.log if line.items() >= fields.items()]

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def finish(self, sent: signal.Signals | None = None) -> tuple[int, list[dict[str, Any]], str]:
        """Send a signal, if any; the exit code, the log lines, and what went to standard error."""
        if sent is not None:
            self.send(sent)
        code = self._process.wait(timeout=60)
        self._collector.join(10)
        assert self._process.stdout
        assert self._process.stderr
        self._process.stdout.close()
        with self._process.stderr as errors:
            return code, self.log, errors.read()

    def close(self) -> None:
        """Leave nothing behind."""
        if self._process.poll() is None:
            self.finish(signal.SIGKILL)


Start = Callable[..., Process]

SHORT_LEASE = ("--lease-duration", "2", "--renew-deadline", "1", "--retry-period", "0.2")
"""For a replica that is killed: nobody waits for 15 s."""


def observed(server: ReplayServer, begin: int, end: int) -> set[tuple[str, str]]:
    """What lines of the recording are about."""
    return {(line.meta.uid, line.meta.resource_version) for line in server.recording.lines[begin:end]}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start an exporter of a cluster: `start(server)`."""
    with ExitStack() as processes:

        def started(
            server: ReplayServer, *flags: str, sink: Literal["kinesis", "eventbridge"] = "kinesis"
        ) -> Process:
            kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")
            where = ("--kubeconfig", str(kubeconfig), "--sink", sink, *TARGETS[sink], "--region", "eu-west-1")
            quick = ("--flush-interval", "0.05", "--heartbeat-interval", "0")
            process = Process("run", "--cluster", "demo", *where, *quick, *flags)
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
    assert "going on with a list that is too old" in exporter.messages()
    assert "waiting for a new list" in exporter.messages()
    account = log[-1]
    assert account["message"] == "stopped, everything that was read is sent"
    assert account["read"] == account["sent"] == len(endpoint.accepted) >= len(expected)
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
    assert {line.type for line in server.recording.lines[220:320]} == {"ADDED"}
    before = observed(server, 0, 220)
    exporter = start(server, *SHORT_LEASE)
    assert endpoint.wait_until(lambda: endpoint.observations() >= before)
    endpoint.let_go.clear()
    server.hold(320)
    assert server.wait_until(320, timeout=30)
    # WHEN
    code, _, _ = exporter.finish(signal.SIGKILL)
    endpoint.let_go.set()
    server.resume()
    second = start(server, *SHORT_LEASE)
    # THEN
    expected = server.expected_observations()
    assert endpoint.wait_until(lambda: endpoint.observations() >= expected)
    assert endpoint.observations() == expected
    assert code == -signal.SIGKILL
    assert second.finish(signal.SIGTERM)[0] == 0


def test_a_restart_goes_on_where_the_stream_has_everything_and_sends_nothing_twice(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    # GIVEN an exporter that was stopped in the middle
    server = replay(MAIN, HANDMADE, hold_at=220)
    before = observed(server, 0, 220)
    first = start(server)
    assert endpoint.wait_until(lambda: endpoint.observations() >= before)
    assert first.finish(signal.SIGTERM)[0] == 0
    sent = len(endpoint.accepted)
    assert sent == len(endpoint.observations())
    # WHEN another one takes over
    server.hold(320)
    second = start(server)
    expected = before | observed(server, 220, 320)
    assert endpoint.wait_until(lambda: endpoint.observations() >= expected)
    assert second.finish(signal.SIGTERM)[0] == 0
    # THEN it has listed nothing, and nothing came twice
    assert "listed" not in second.messages(reader="events")
    assert len(endpoint.accepted) == len(endpoint.observations())


def test_two_replicas_send_everything_once_and_the_second_takes_over_at_once(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    # GIVEN one that leads and one that stands by
    server = replay(MAIN, HANDMADE, hold_at=220)
    before = observed(server, 0, 220)
    first = start(server)
    assert endpoint.wait_until(lambda: endpoint.observations() >= before)
    second = start(server)
    assert second.wait_for("started")
    # WHEN the leader is told to stop
    assert first.finish(signal.SIGTERM)[0] == 0
    server.hold(320)
    # THEN the other one goes on
    expected = before | observed(server, 220, 320)
    assert endpoint.wait_until(lambda: endpoint.observations() >= expected)
    code, log, _ = second.finish(signal.SIGTERM)
    assert (code, log[-1]["left"]) == (0, 0)
    assert len(endpoint.accepted) == len(endpoint.observations())


def test_a_replica_that_stands_by_ends_at_once_and_has_sent_nothing(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    server = replay(SMALL, hold_at=60)
    leader = start(server)
    assert endpoint.wait_until(lambda: bool(endpoint.calls))
    standby = start(server)
    assert standby.wait_for("started")
    code, log, _ = standby.finish(signal.SIGTERM)
    assert (code, log[-1]["read"], log[-1]["sent"]) == (0, 0, 0)
    assert leader.finish(signal.SIGTERM)[0] == 0


def test_one_replica_without_election_needs_no_lease(
    replay: Replay, endpoint: StreamEndpoint, start: Start
) -> None:
    server = replay(SMALL)
    exporter = start(server, "--leader-election", "false")
    expected = server.expected_observations()
    assert endpoint.wait_until(lambda: endpoint.observations() >= expected)
    assert exporter.finish(signal.SIGTERM)[0] == 0
    assert server.lease.document["spec"] == {}


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
    assert "stopping on SIGTERM" in [line["message"] for line in log]
    assert log[-1]["read"] == log[-1]["sent"] == len(endpoint.accepted) > 0
    assert log[-1]["left"] == 0


def test_sigterm_while_credentials_are_looked_for_is_heard(
    replay: Replay, endpoint: StreamEndpoint, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an agent of Pod Identity that takes its time
    asked, let_go = Event(), Event()

    class Agent(LoopbackServer):
        def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
            asked.set()
            let_go.wait(20)
            return Answer(503, b"")

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with Agent() as agent:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url)
        exporter = start(replay(SMALL))
        assert asked.wait(30)
        # WHEN
        exporter.send(signal.SIGTERM)
        let_go.set()
        code, log, err = exporter.finish()
    # THEN
    assert (code, err, endpoint.accepted) == (0, "", [])
    assert "stopping on SIGTERM" in [line["message"] for line in log]


def test_sigterm_while_it_is_still_being_loaded_ends_it_at_once(tmp_path: Path) -> None:
    # GIVEN a library that takes for ever
    (tmp_path / "msgspec.py").write_text("print('loading', flush=True)\ninput()\n")
    with subprocess.Popen(
        [sys.executable, "-m", "exporter", "run"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as loading:
        assert loading.stdout
        assert loading.stdout.readline() == "loading\n"
        # WHEN
        loading.send_signal(signal.SIGTERM)
        # THEN it is no failure, as it would be without a handler, and PID 1 would not even end
        assert loading.wait(30) == 0


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


def test_a_check_whose_reader_has_seen_enough_ends_without_a_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    flags = ("--cluster=demo", "--sink=kinesis", "--stream=s", "--region=eu-west-1", "--kubeconfig=/nowhere")
    checked = subprocess.run(
        [sys.executable, "-m", "exporter", "check", *flags],
        cwd=REPOSITORY,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (checked.returncode, checked.stderr) == (1, "")


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
    lines = check.stdout.splitlines()
    assert (check.returncode, check.stderr) == (1, "")
    assert lines[1].startswith("ok      API server: ")
    assert f"failed  sink: the AWS configuration of this environment is wrong: {said}" in lines


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
