"""What Lambda makes of a function's batch response."""

from __future__ import annotations

import pytest

from sandbox.lambda_service.batch_response import failed_items

BATCH = frozenset({"a", "b"})


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"{}", b'{"batchItemFailures": []}', b'{"batchItemFailures": null}']
)
def test_nothing_said_is_success(payload: bytes) -> None:
    assert failed_items(payload, BATCH) == frozenset()


def test_named_records_have_failed() -> None:
    assert failed_items(b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', BATCH) == {"b"}


@pytest.mark.parametrize(
    "payload",
    [
        b"no JSON",
        b'"text"',
        b'{"batchItemFailures": "b"}',
        b'{"batchItemFailures": ["b"]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": {"b": 1}}]}',
        b'{"batchItemFailures": [{"itemidentifier": "b"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "unknown"}]}',
    ],
)
def test_what_cannot_be_read_fails_the_whole_batch(payload: bytes) -> None:
    assert failed_items(payload, BATCH) == BATCH
