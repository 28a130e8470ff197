"""The servers that `make test-search` goes through, and what it says at the end."""

from __future__ import annotations

import pytest

from sandbox.opensearch.flavour import FLAVOURS, Flavour, flavour_of
from scripts.search_tests import closing_line, servers


def test_both_lines_are_tried_without_and_with_security() -> None:
    assert [str(flavour) for flavour in FLAVOURS] == [
        "OpenSearch 2.19.4 without security",
        "OpenSearch 2.19.4 with security",
        "OpenSearch 3.4.0 without security",
        "OpenSearch 3.4.0 with security",
    ]
    assert servers({}) == FLAVOURS


@pytest.mark.parametrize("flavour", FLAVOURS, ids=str)
def test_a_run_is_told_its_flavour_by_the_environment(flavour: Flavour) -> None:
    assert flavour_of(flavour.environment()) == flavour
    assert servers(flavour.environment() | {"OPENSEARCH_URL": "http://127.0.0.1:9200"}) == [flavour]


@pytest.mark.parametrize(
    ("environment", "flavour"),
    [
        ({"SEARCH_SECURITY": "1"}, Flavour("3.4.0", security=True)),
        ({"SEARCH_VERSION": "2.11.1"}, Flavour("2.11.1", security=False)),
        ({}, None),
    ],
)
def test_what_is_not_asked_for_is_the_newest_without_security(
    environment: dict[str, str], flavour: Flavour | None
) -> None:
    assert flavour_of(environment) == flavour


def test_a_given_server_is_the_only_one() -> None:
    assert servers({"OPENSEARCH_URL": "http://127.0.0.1:9200"}) == [None]


def test_another_word_than_0_and_1_is_refused() -> None:
    with pytest.raises(ValueError, match="SEARCH_SECURITY is 'yes': it must be 1, or 0 for a server without"):
        flavour_of({"SEARCH_SECURITY": "yes"})


@pytest.mark.parametrize(
    ("last", "closing"),
    [
        (
            "===== 3 passed, 1 skipped, 9 deselected in 6.20s =====",
            "3 passed, 1 skipped, 9 deselected in 6.20s",
        ),
        ("\x1b[31m== \x1b[1m1 failed\x1b[0m in 62.19s (0:01:02)\x1b[0m ==", "1 failed in 62.19s (0:01:02)"),
        ("2 passed in 0.10s", "2 passed in 0.10s"),
        ("Segmentation fault", "it ended without a result"),
    ],
)
def test_the_summary_repeats_pytests_last_words(last: str, closing: str) -> None:
    assert closing_line(["2 passed that we print\n", f"{last}\n", "bye\n"]) == closing
