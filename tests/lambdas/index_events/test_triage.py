"""What an answer means. The statuses and types are those that real servers gave."""

from __future__ import annotations

import pytest

from lambdas.index_events.triage import Verdict, verdict_of

SHARDS = (
    "this action would add [2] total shards, but this cluster currently has [1000]/[1000] maximum shards open"
)


COPIES = "expected max cap on auto expand to be a multiple of total awareness attributes [3]"


@pytest.mark.parametrize(
    ("status", "error_type", "reason", "verdict"),
    [
        (201, "", "", Verdict.WRITTEN),
        (200, "", "", Verdict.WRITTEN),
        (409, "version_conflict_engine_exception", "document already exists", Verdict.ALREADY_THERE),
        (429, "rejected_execution_exception", "rejected execution of coordinating operation", Verdict.LATER),
        (429, "cluster_block_exception", "disk usage exceeded flood-stage watermark", Verdict.BLOCKED),
        (403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write]", Verdict.BLOCKED),
        (503, "cluster_block_exception", "[SERVICE_UNAVAILABLE/1/state not recovered]", Verdict.LATER),
        (500, "exception", "", Verdict.LATER),
        (503, "unavailable_shards_exception", "primary shard is not active", Verdict.LATER),
        (400, "validation_exception", f"Validation Failed: 1: {SHARDS};", Verdict.BLOCKED),
        (400, "validation_exception", f"Validation Failed: 1: {COPIES};", Verdict.FORBIDDEN),
        (400, "resource_already_exists_exception", "index [x] already exists", Verdict.LATER),
        (403, "security_exception", "no permissions for [indices:data/write/bulk[s]]", Verdict.FORBIDDEN),
        (401, "", "Unauthorized", Verdict.FORBIDDEN),
        (404, "index_not_found_exception", "no such index and [action.auto_create_index]", Verdict.FORBIDDEN),
        (400, "mapper_parsing_exception", "failed to parse field [count]", Verdict.REFUSED),
        (400, "illegal_argument_exception", "id is too long, must be no longer than 512", Verdict.REFUSED),
        (400, "index_closed_exception", "closed", Verdict.FORBIDDEN),
    ],
)
def test_an_answer_has_one_meaning(status: int, error_type: str, reason: str, verdict: Verdict) -> None:
    assert verdict_of(status, error_type, reason) is verdict
