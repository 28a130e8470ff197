"""The table: columns as wide as what they hold, batch by batch."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from kube_events.search.columns import CLUSTER, NAMESPACE, TABLE, WIDE
from kube_events.search.table import Table

DOCUMENT: dict[str, Any] = {
    "cluster": {"name": "prod-eu"},
    "lastSeen": "2026-11-21T02:10:00.123456Z",
    "firstSeen": "2026-11-21T02:00:00Z",
    "type": "Warning",
    "severity": "high",
    "reason": "BackOff",
    "involvedObject": {
        "kind": "Pod",
        "namespace": "shop",
        "name": "web-1",
        "fieldPath": "spec.containers{app}",
    },
    "source": {"component": "kubelet", "host": "node-1"},
    "node": "node-1",
    "message": "Back-off restarting failed container app in pod web-1",
    "count": 7,
    "metadata": {"name": "web-1.18e9e95ff1c6d9bc"},
}


def table(columns: Any = TABLE, *, width: int | None = None, headers: bool = True) -> Table:
    return Table(columns, zone=UTC, width=width, headers=headers)


def test_it_shows_what_kubectl_shows() -> None:
    assert list(table().lines([DOCUMENT])) == [
        "LAST SEEN              TYPE      REASON    OBJECT      MESSAGE",
        f"2026-11-21T02:10:00Z   Warning   BackOff   pod/web-1   {DOCUMENT['message']}",
    ]


def test_wide_shows_the_rest() -> None:
    titles, row = table(WIDE).lines([DOCUMENT])
    assert titles.split("   ")[0] == "LAST SEEN"
    for text in (
        "high",
        "spec.containers{app}",
        "kubelet, node-1",
        "2026-11-21T02:00:00Z",
        "   7",
        "web-1.18e9",
    ):
        assert text in row


def test_one_long_message_does_not_fill_the_other_lines_with_blanks() -> None:
    long = DOCUMENT | {"message": "m" * 16_000}
    titles, whole, other = table(WIDE).lines([long, DOCUMENT])
    assert long["message"] in whole
    assert max(len(titles), len(other)) < 400


def test_what_is_absent_keeps_its_place() -> None:
    (row,) = table((CLUSTER, NAMESPACE, *TABLE), headers=False).lines([{"cluster": {"name": "prod-eu"}}])
    assert row.split() == ["prod-eu", "-", "-", "-", "-", "-", "-"]


def test_a_terminal_gets_the_message_cut_to_its_width() -> None:
    _, row = table(width=80).lines([DOCUMENT])
    assert len(row) == 80
    assert row.endswith("Back-off restarting fail…")


def test_a_narrow_terminal_still_gets_a_part_of_the_message() -> None:
    _, row = table(width=10).lines([DOCUMENT])
    assert row.endswith("   Back-off restarting…")


def test_columns_behind_a_cut_message_stand_below_one_another() -> None:
    rows = list(table(WIDE, width=250).lines([DOCUMENT, DOCUMENT | {"message": "short"}]))
    assert (
        len(
            {
                row.index(text)
                for row, text in zip(rows, ("FIRST", "2026-11-21T02:00", "2026-11-21T02:00"), strict=True)
            }
        )
        == 1
    )


def test_titles_come_once_and_columns_never_get_narrower() -> None:
    shown = table()
    first = list(shown.lines([DOCUMENT]))
    second = list(shown.lines([DOCUMENT | {"reason": "X"}]))
    assert len(second) == 1
    assert second[0].index("pod/web-1") == first[1].index("pod/web-1")


def test_no_titles_where_nothing_is_found_or_none_are_wanted() -> None:
    assert list(table().lines([])) == []
    assert len(list(table(headers=False).lines([DOCUMENT]))) == 1


def test_messages_cannot_steer_the_terminal() -> None:
    (row,) = table(headers=False).lines(
        [DOCUMENT | {"message": "\x1b]0;title\x07\nsecond", "reason": "\x1b[2J"}]
    )
    assert "\x1b" not in row
    assert "\x07" not in row
    assert row.endswith("second")
