"""The account is what the demo's exit code hangs on, so it must not balance by accident."""

from __future__ import annotations

import pytest

from sandbox.demo.account import Account, Delivery, Entry, render

STORED = Entry("documents", expected=3, found=3)
TOLD = Delivery("ops-mail", expected=12, told=10, refused=0, over=2, messages=3)
REFUSED = Delivery("keyword", expected=12, told=0, refused=12, must_refuse=True)


def test_an_account_balances_when_every_line_does() -> None:
    assert Account((STORED,), (TOLD, REFUSED)).balanced


@pytest.mark.parametrize(
    "entry",
    [STORED._replace(found=2), STORED._replace(found=4)],
    ids=["a document is missing", "a document is too much"],
)
def test_a_missing_or_surplus_document_is_a_difference(entry: Entry) -> None:
    assert not Account((entry,), (TOLD,)).balanced


@pytest.mark.parametrize(
    "delivery",
    [
        TOLD._replace(told=9),
        TOLD._replace(told=11),
        TOLD._replace(over=1),
        TOLD._replace(told=9, refused=1),
        TOLD._replace(waiting=1),
        REFUSED._replace(told=1, refused=11),
        REFUSED._replace(told=12, refused=0),
    ],
    ids=[
        "lost",
        "told twice",
        "neither told nor over",
        "refused",
        "still waiting",
        "partly told",
        "refusals counted as told",
    ],
)
def test_an_event_on_the_wrong_side_is_a_difference(delivery: Delivery) -> None:
    assert not Account((STORED,), (delivery,)).balanced


def test_what_waits_is_no_difference_where_there_was_no_time_for_it() -> None:
    waiting = TOLD._replace(told=7, waiting=3)
    assert not waiting.balanced
    assert waiting._replace(may_wait=True).balanced
    assert not waiting._replace(may_wait=True, told=6).balanced


def test_a_fault_that_is_no_count_spoils_the_account() -> None:
    assert not Account((STORED,), (TOLD,), ("the second plan is not empty",)).balanced


def test_the_table_marks_the_line_that_is_wrong() -> None:
    text = render(Account((STORED,), (TOLD._replace(told=1),)), {"apply": 12.34})
    assert "✓ documents" in text
    assert "✗ ops-mail" in text
    assert "12.3" in text
    assert text.endswith("The account does NOT balance.")
