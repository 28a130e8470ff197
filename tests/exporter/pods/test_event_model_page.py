"""docs/event-model.md shows a Pod and the synthetic event that is made from it, field by field."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eventcore.wire import encode
from exporter.pods.pod import Pod
from tests.exporter.pods.conftest import Watcher
from tests.exporter.pods.kubelet import pod, restarted

PAGE = Path(__file__).parents[3] / "docs" / "event-model.md"
SEEN = datetime(2026, 11, 21, 0, 55, 59, 250_000, tzinfo=UTC)


def shown(name: str) -> Any:
    found = re.search(rf"<!-- {name} -->\n```json\n(.*?)```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_record_on_the_page_is_what_the_pod_on_the_page_gives() -> None:
    # GIVEN the first look of which the page speaks
    watcher = Watcher(now=lambda: SEEN)
    watcher.list(pod(restarted(1, "containerd://82af", "containerd://bc55")))
    # WHEN
    (event,) = watcher.see(msgspec.convert(shown("pod"), Pod))
    # THEN
    assert json.loads(encode(event)) == shown("synthetic")
