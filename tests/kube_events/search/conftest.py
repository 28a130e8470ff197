"""The command, run in this process, and an index that holds what a test puts there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from eventcore.event import Event
from kube_events.__main__ import main
from lambdas.index_events.document import build_document
from tests.fixtures.events import event, raw_event
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.fixtures.recorded import recorded_events

DOCUMENT = Path(__file__).parents[3] / "docs" / "queries.md"
TEMPLATE = Path(__file__).parents[3] / "opensearch" / "index-template.json"


class Said(NamedTuple):
    """What a run of the command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def documents(self) -> list[dict[str, dict[str, str]]]:
        """Of `-o jsonl`."""
        return [json.loads(line) for line in self.lines]


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("", "_AUTH", "_USER", "_PASSWORD"):
        monkeypatch.delenv(f"KUBE_EVENTS_OPENSEARCH{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def started(*arguments: str) -> Said:
        code = main(["search", *arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return started


class Index:
    """The real server with our template."""

    def __init__(self, api: OpenSearchApi) -> None:
        self.api = api
        api.call("PUT", "/_index_template/kube-events", json.loads(TEMPLATE.read_text()))

    def put(self, events: Iterable[Event]) -> None:
        """Write them as index_events does, and let them be found."""
        body = b"".join(build_document(each).lines for each in events)
        assert not self.api.call("POST", "/_bulk?refresh=true", body)["errors"]


@pytest.fixture
def index(clean_index: OpenSearchApi) -> Index:
    return Index(clean_index)


@pytest.fixture
def recording(index: Index) -> Index:
    """Everything that was recorded, and the states made by hand."""
    index.put([*recorded_events(), *recorded_events("handmade.jsonl")])
    return index


@pytest.fixture
def search(run: Run, clean_index: OpenSearchApi) -> Run:
    """The command, told where the server is."""
    return lambda *arguments: run(*arguments, "--endpoint", clean_index.url, "--auth", "none")


def state(uid: str, version: int, at: str = "2026-11-21T02:10:00Z", **changes: object) -> Event:
    """A state of an event, last seen at this time."""
    metadata = raw_event()["metadata"] | {"uid": uid, "resourceVersion": str(version), "name": f"web.{uid}"}
    return event(metadata=metadata, lastTimestamp=at, **changes)
