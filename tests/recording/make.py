"""Makes what the recordings lack, and smaller and corrected ones: `python -m tests.recording.make`.

The output is the same on every run; a test compares the committed files with it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

HERE = Path(__file__).parent
MAIN = HERE / "watch-core.jsonl.gz"
HANDMADE = HERE / "handmade.jsonl"
SMALL = HERE / "small.jsonl.gz"
RECORDED_PODS = HERE / "watch-pods.jsonl.gz"
PODS = HERE / "pods.jsonl.gz"

FIRST_VERSION = 1500
"""The main stream ends at 1425."""

SMALL_START = 60
SMALL_LIVES = ("16a7fe74", "556f91dc", "19419800", "87d703d1", "067f673b", "91338b5b", "597dbb61", "d54afec3")
"""uids by their beginning: OOMKilling, BackOff and Unhealthy with counts, FailedMount, one without reason,
one without times, FailedScheduling without and with a series. Each ends with DELETED."""

FIRST_KILLED = "containerd://82af36262cf74b69b503e7012bf139a682af36262cf74b69b503e7012bf139a6"
FIRST_KILLED_AT_FIRST = "containerd://f2972e77a76f42558728c3fba9554296f2972e77a76f42558728c3fba9554296"
"""Two ids of one container: the second in the first state that shows its end, the first in all others."""

Line = dict[str, Any]


class Maker:
    """Writes watch lines with versions and times that rise from one to the next."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def line(self, type_: str, name: str, life: str = "first", **fields: Any) -> None:
        """One state of the Event `name`. One re-created under its name has another `life`: another uid."""
        step = len(self.lines)
        time = f"2026-11-21T01:{4 + step // 60:02}:{step % 60:02}Z"
        earlier = [line for line in self.lines if line["object"]["metadata"]["uid"] == _uid(name, life)]
        created = earlier[0]["object"]["metadata"]["creationTimestamp"] if earlier else time
        extra = fields.pop("metadata", {})
        state: Line = {
            "kind": "Event",
            "apiVersion": "v1",
            "metadata": {
                "name": name,
                "namespace": "shop",
                "uid": _uid(name, life),
                "resourceVersion": str(FIRST_VERSION + 3 * step),
                "creationTimestamp": created,
                **extra,
                "managedFields": [
                    {"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": time}
                ],
            },
            "involvedObject": {
                "kind": "Pod",
                "namespace": "shop",
                "name": name.split(".")[0],
                "uid": _uid(name, "involved"),
                "apiVersion": "v1",
            },
            "reason": "BackOff",
            "message": "Back-off restarting failed container app in pod handmade",
            "source": {"component": "kubelet", "host": "node-1.example.internal"},
            "firstTimestamp": created,
            "lastTimestamp": time,
            "count": 1,
            "type": "Warning",
            "eventTime": None,
            "reportingComponent": "kubelet",
            "reportingInstance": "node-1.example.internal",
            **fields,
        }
        self.lines.append({"type": type_, "object": state})


def handmade() -> list[Line]:
    """The states that the recording lacks, in the order in which a watch would deliver them."""
    make = Maker()
    # A restarted recorder PATCHes a lower count over a higher one.
    for type_, count in (("ADDED", 1), ("MODIFIED", 9), ("MODIFIED", 4), ("MODIFIED", 5)):
        make.line(type_, "falling-count.18e9ea0000000001", count=count)
    # Expired, then created again under its old name: a new uid, and the count goes on.
    make.line("ADDED", "recreated.18e9ea0000000002", count=3)
    make.line("DELETED", "recreated.18e9ea0000000002", count=3)
    make.line("ADDED", "recreated.18e9ea0000000002", life="second", count=4)
    make.line("MODIFIED", "recreated.18e9ea0000000002", life="second", count=5)
    # Libraries must be prepared for notes of 64 KiB; this one is longer, and its letters have three bytes.
    make.line(
        "ADDED",
        "huge-message.18e9ea0000000003",
        reason="Failed",
        message="起動に失敗しました " + "界" * 22_000,
    )
    # Control characters grow sixfold in JSON.
    make.line(
        "ADDED",
        "control-message.18e9ea0000000004",
        reason="Failed",
        message="exit\u0000\u001b[31m " + "\u0001" * 9_000,
    )
    make.line(
        "ADDED", "annotated.18e9ea0000000005", metadata={"labels": _labels(), "annotations": _annotations()}
    )
    # As much as the API server allows an object (256 KiB of annotations): more than a record holds.
    make.line("ADDED", "overfull.18e9ea0000000006", metadata={"annotations": _many_annotations()})
    make.line("ADDED", "markup.18e9ea0000000007", reason="Failed", message=_MARKUP)
    # The API server accepts any type.
    make.line("ADDED", "odd-type.18e9ea0000000008", type="Error", reason="SomethingElse")
    make.line("ADDED", "bare.18e9ea0000000009", reason="", message="", source={}, count=0, type="")
    # Written by events.k8s.io/v1 clients: no source, no timestamps but eventTime, a series.
    series = {
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": "2026-11-21T01:03:59.123456Z",
        "reason": "FailedScheduling",
        "action": "Scheduling",
        "reportingComponent": "default-scheduler",
        "reportingInstance": "default-scheduler-handmade",
    }
    make.line("ADDED", "series.18e9ea000000000a", **series)
    make.line(
        "MODIFIED",
        "series.18e9ea000000000a",
        **series,
        series={"count": 12, "lastObservedTime": "2026-11-21T01:04:10.000001Z"},
    )
    return make.lines


def small() -> list[bytes]:
    """Lines of the main stream, as they are: the beginning, and the whole life of a few more objects."""
    lines = gzip.decompress(MAIN.read_bytes()).splitlines(keepends=True)
    kept = []
    seen: set[str] = set()
    for index, line in enumerate(lines):
        uid = json.loads(line)["object"]["metadata"]["uid"]
        if index < SMALL_START:
            seen.add(uid)
        if uid in seen or uid.startswith(SMALL_LIVES):
            kept.append(line)
    return kept


def pods() -> list[bytes]:
    """The recorded Pods, the statuses of one of them corrected to what a kubelet would have written.

    The script that played the kubelet raised restartCount one state too early (in a back-off the newest
    container is the one that has ended), and gave the first end another id and time than all later states.
    """
    lines = gzip.decompress(RECORDED_PODS.read_bytes()).splitlines(keepends=True)
    first_end: dict[str, Any] = {}
    for index in reversed(range(len(lines))):
        line = json.loads(lines[index])
        for status in line["object"].get("status", {}).get("containerStatuses", ()):
            now, before = (status.get(name, {}).get("terminated", {}) for name in ("state", "lastState"))
            if before.get("containerID") == FIRST_KILLED:
                first_end = before
            if "waiting" in status["state"] and before and before["containerID"] == status["containerID"]:
                status["restartCount"] -= 1
            elif now.get("containerID") == FIRST_KILLED_AT_FIRST:
                status |= {"containerID": FIRST_KILLED, "state": {"terminated": first_end}}
            else:
                continue
            lines[index] = _line(line)
    return lines


def written() -> Iterator[tuple[Path, bytes]]:
    """Each file and what it should hold, before compression."""
    yield HANDMADE, b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in handmade())
    yield SMALL, b"".join(small())
    yield PODS, b"".join(pods())


def main() -> None:
    """Write all files."""
    for path, content in written():
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


_MARKUP = (
    "@all <!channel> <@U0000> [click](https://phish.example/) **bold** `code` <b onclick=x>&amp;</b>"
    " | a | b |\n# heading\r\n![i](https://phish.example/i.png) $(whoami) {{ 7 * 7 }} \u202egnp.exe https://phish.example/"
)


def _line(line: Line) -> bytes:
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _uid(name: str, life: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"kube-events/{name}/{life}"))


def _labels() -> dict[str, str]:
    return {"app": "web", "app.kubernetes.io/name": "web", "a..b": "dots", "empty": ""}


def _annotations() -> dict[str, str]:
    return {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
            {"kind": "Event", "data": "x" * 3_000}
        ),
        "example.internal/long": "ü" * 4_000,
        "example.internal/short": "kept",
        "example.internal/json": '{"quotes": "\\"", "lines": "a\\nb"}',
    }


def _many_annotations() -> dict[str, str]:
    return {f"example.internal/part-{number:03}": chr(97 + number % 26) * 4_000 for number in range(64)}


if __name__ == "__main__":
    main()
