"""What a person who replays must be allowed, against what the commands ask for."""

from __future__ import annotations

import re
from pathlib import Path

from kube_events.__main__ import main
from kube_events.reindex.aws import PERMISSIONS
from tests.kube_events.index_function import FUNCTION, IndexFunctionServer
from tests.kube_events.replay.conftest import STREAM, Archive, Stream, seen

ROOT = Path(__file__).resolve().parents[3]


def test_a_replay_makes_no_call_that_is_not_listed(
    index_function: IndexFunctionServer, stream: Stream, archive: Archive, calls: list[str]
) -> None:
    stream.put(seen(1))
    archive.put(seen(2))
    for where in (["--stream", STREAM], ["--archive", archive.url]):
        assert main(["replay", "--from", "2h", *where, "--function", FUNCTION]) == 0
    assert set(calls) == set(PERMISSIONS)


def test_terraform_gives_these_permissions_and_only_decrypting_beside_them() -> None:
    policy = (ROOT / "infra/archive.tf").read_text()
    policy = policy[policy.index('data "aws_iam_policy_document" "replay"') : policy.index("output ")]
    module = (ROOT / "infra/modules/archive/iam.tf").read_text()
    module = module[module.index('data "aws_iam_policy_document" "read" {') :]
    given = set(re.findall(r'"((?:kinesis|kms|lambda|s3):[A-Za-z]+)"', policy + module)) - {"s3:prefix"}
    assert given == {*PERMISSIONS.values(), "kms:Decrypt"}


def test_the_documentation_lists_them() -> None:
    page = (ROOT / "docs/archive.md").read_text()
    assert [permission for permission in PERMISSIONS.values() if f"`{permission}`" not in page] == []
