"""`check` as a whole: the account of a cluster and a stream, and a probe that was really written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
import yaml

from eventcore import wire
from eventcore.heartbeat import Heartbeat
from exporter.check import check
from exporter.check.rights import needed, wanted
from exporter.settings import Settings
from tests.exporter.check.conftest import Cluster
from tests.exporter.conftest import Refusal, StreamEndpoint
from tests.fixtures.aws import REGION, Aws

PAGE = Path(__file__).parents[3] / "docs" / "exporter.md"


def run(settings: Settings, **environment: str) -> tuple[int, list[str]]:
    lines: list[str] = []
    return check(settings, lines.append, environment), lines


def test_all_is_well_and_the_probe_lies_in_the_stream(aws: Aws, settings: Callable[..., Settings]) -> None:
    assert aws.endpoint
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="kube-events", ShardCount=1)
    code, lines = run(settings())
    assert code == 0, lines
    assert lines[0] == "ok      settings: cluster demo, all namespaces, no drop rules\n"
    assert lines[-2:] == [
        f"ok      sink: Kinesis stream kube-events in {REGION} is ACTIVE, 1 open shards\n",
        "ok      writing: a record that consumers pass over was taken\n",
    ]
    shard = kinesis.get_shard_iterator(
        StreamName="kube-events", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    (record,) = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"]
    written = wire.decode_record(record["Data"])
    assert isinstance(written, Heartbeat)
    assert written.probe
    assert written.cluster.name == "demo"


def test_a_failure_in_the_cluster_does_not_hide_what_is_wrong_in_aws(
    aws: Aws, settings: Callable[..., Settings]
) -> None:
    assert aws.endpoint
    code, lines = run(settings(kubeconfig="/nowhere"))
    assert code == 1
    assert [line.split(":")[0] for line in lines] == [
        "ok      settings",
        "failed  API server",
        "failed  sink",
        "failed  writing",
    ]
    assert "ResourceNotFoundException" in lines[2]
    assert "ResourceNotFoundException" in lines[3]


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        ([{"type": ["Normal"]}], "drop rules: 1, by the server: all"),
        ([{"type": ["Normal"]}, {"severity": ["low"]}], "drop rules: 2, by the server: a part"),
        ([{"severity": ["low"]}], "drop rules: 1, by the server: none"),
    ],
)
def test_the_settings_say_who_drops(
    endpoint: StreamEndpoint, settings: Callable[..., Settings], drop: list[object], said: str
) -> None:
    endpoint.always = Refusal("AccessDeniedException")
    _, lines = run(settings(drop=drop, namespaces=("shop", "pay")))
    assert lines[0] == f"ok      settings: cluster demo, namespaces shop, pay, {said}\n"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (
            Refusal("AccessDeniedException", message="not authorized to perform kinesis:PutRecords"),
            "; the role needs kinesis:PutRecords on the stream, and kms:GenerateDataKey on its key",
        ),
        (
            Refusal("KMSAccessDeniedException", message="kms:GenerateDataKey"),
            "kms:GenerateDataKey on its key",
        ),
        (Refusal("KMSDisabledException", message="the key is disabled"), "the key is disabled"),
        (Refusal("InternalFailure", 500), "InternalFailure"),
        (lambda _data: "ProvisionedThroughputExceededException", "ProvisionedThroughputExceededException"),
    ],
)
def test_a_write_that_fails_is_said_even_if_nobody_may_ask_for_the_stream(
    endpoint: StreamEndpoint, settings: Callable[..., Settings], refusal: Refusal, said: str
) -> None:
    endpoint.behaviours.extend([Refusal("AccessDeniedException", message="kinesis:Describe…"), refusal])
    code, lines = run(settings())
    assert code == 1
    assert lines[-2].startswith(
        "note    sink: may not be asked for, which only check does: DescribeStreamSummary"
    )
    assert lines[-1].startswith("failed  writing: ")
    assert said in lines[-1]
    assert lines[-1].count("\n") == 1


def test_a_permission_to_write_is_enough(endpoint: StreamEndpoint, settings: Callable[..., Settings]) -> None:
    endpoint.behaviours.append(Refusal("AccessDeniedException"))
    code, lines = run(settings())
    assert code == 0, lines
    (written,) = endpoint.accepted
    assert json.loads(written)["probe"] is True


def test_a_pod_without_a_role_is_told_how_it_gets_one(
    cluster: Cluster, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # GIVEN no credentials anywhere, and none that boto3 remembers
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert cluster.url
    code, lines = run(settings(), KUBERNETES_SERVICE_HOST="10.100.0.1")
    assert code == 1
    for line in lines[-2:]:
        assert "no AWS credentials" in line
        assert "make an EKS Pod Identity association for its service account" in line


def test_the_documented_rights_are_those_that_are_asked_for() -> None:
    # GIVEN the rules in the section of the page
    section = PAGE.read_text().partition("## What it may do")[2].partition("\n## ")[0]
    blocks = [block.partition("```")[0] for block in section.split("```yaml\n")[1:]]
    documents = [document for block in blocks for document in yaml.safe_load_all(block)]
    roles = [rule for one in documents if isinstance(one, dict) for rule in one["rules"]]
    for_enrichment = [rule for one in documents if isinstance(one, list) for rule in one]
    every = Settings(cluster="demo", sink="kinesis", region=REGION, enrich=True)
    # THEN they grant what check asks for, and no other resource
    for rights, rules in ((needed(every), roles), (wanted(every), for_enrichment)):
        granted = {
            (group, resource, verb)
            for rule in rules
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        }
        asked = {(right.group, right.plural, verb) for right in rights for verb in right.verbs}
        assert asked <= granted
        assert {resource for _, resource, _ in granted - asked} <= {
            "events",
            "pods",
            "persistentvolumeclaims",
        }
