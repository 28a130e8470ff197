"""The way to the index alone: stream, mapping, index function, and an OpenSearch that can be made to fail.

Everything is what `terraform apply` makes of infra/; the faults are the real server's own.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3
import msgspec
import urllib3

from eventcore.event import Event
from eventcore.identity import index_name, partition_key
from eventcore.wire import encode
from sandbox.aws import AwsStandIn
from sandbox.aws.process import REGION
from sandbox.demo.deployment import NEWEST_RUNTIME
from sandbox.demo.options import ROOT
from sandbox.lambda_service import LambdaService
from sandbox.lambda_service.counters import MappingStats
from sandbox.opensearch import OpenSearchServer
from sandbox.terraform import TerraformProject
from scripts.package_lambdas import build
from tests.fixtures.opensearch import OpenSearchApi

FUNCTION = "kube-events-index-events"
STREAM = "kube-events"
LANES = 2
"""Batches at a time: the default of `batching`."""
BATCH = 500
"""Records in one at most, likewise."""

Wait = Callable[[Callable[[], bool]], None]
"""Lets the flow of events go on until something is so."""


class IndexPath:
    """The deployed way, and what can be seen and broken of it."""

    def __init__(self, aws: AwsStandIn, functions: LambdaService, search: OpenSearchServer) -> None:
        self.search = search
        self._functions = functions
        self._put = 0
        self._kinesis = boto3.client("kinesis", **aws.client_settings)
        self._s3: Any = boto3.client("s3", **aws.client_settings)
        configuration = boto3.client("lambda", **aws.client_settings).get_function_configuration(
            FunctionName=FUNCTION
        )
        self._variables: dict[str, Any] = dict(configuration["Environment"]["Variables"])

    def put(self, events: Sequence[Event]) -> None:
        """Put them on the stream, as an exporter does."""
        answer = self._kinesis.put_records(
            StreamName=STREAM,
            Records=[{"Data": encode(event), "PartitionKey": partition_key(event)} for event in events],
        )
        assert answer["FailedRecordCount"] == 0, answer
        self._put += len(events)

    def mapping(self) -> MappingStats:
        """Figures of the mapping that feeds the function."""
        (stats,) = [one for one in self._functions.stats() if one.function == FUNCTION]
        return stats

    def settled(self) -> bool:
        """Whether everything that was put is written or set aside."""
        stats = self.mapping()
        return stats.records >= self._put and stats.pending == 0

    def metric(self, name: str) -> int:
        """Sum of a metric of the function."""
        return int(self._functions.metrics(FUNCTION).get(name, 0))

    def dead_letters(self) -> list[dict[str, Any]]:
        """All of the function, decoded."""
        bucket = self._variables["DEAD_LETTERS_BUCKET"]
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix="dead-letters/index_events/"
        )
        keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
        found = [self._s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]
        return [msgspec.json.decode(letter) for letter in found]

    @contextmanager
    def killed(self, wait: Wait) -> Iterator[None]:
        """The node ends without a warning, its port refuses; at the end it comes back with its data."""
        self.search.kill()
        try:
            yield
        finally:
            with ThreadPoolExecutor() as side:
                back = side.submit(self.search.restart)
                wait(back.done)
                back.result()

    @contextmanager
    def throttling(self, _wait: Wait) -> Iterator[None]:
        """Each request with a body is answered 429: a circuit breaker without any memory left."""
        limit = "network.breaker.inflight_requests.limit"
        self._call("PUT", "/_cluster/settings", {"transient": {limit: "1b"}})
        yield
        self._call("PUT", "/_cluster/settings", {"transient": {limit: None}})

    @contextmanager
    def read_only(self, _wait: Wait) -> Iterator[None]:
        """All indices as a node leaves them whose disk is full."""
        block = "index.blocks.read_only_allow_delete"
        self._call("PUT", "/kube-events-*/_settings", {block: True})
        yield
        self._call("PUT", "/kube-events-*/_settings", {block: None})

    def make_index(self, event: Event, mapping: dict[str, Any]) -> None:
        """The index for this event, if it is not there yet, in which somebody maps these fields otherwise."""
        name = index_name(event, self._variables["INDEX_PERIOD"], self._variables["INDEX_NAME"])
        with urllib3.PoolManager(timeout=30, retries=False) as http:
            if http.request("HEAD", f"{self.search.url}/{name}").status == 404:
                self._call("PUT", f"/{name}", {"mappings": {"properties": mapping}})

    def _call(self, method: str, path: str, body: object) -> None:
        with urllib3.PoolManager(timeout=30, retries=False) as http:
            OpenSearchApi(self.search.url, http).call(method, path, body)


@contextmanager
def deployed(work: Path, **variables: Any) -> Iterator[IndexPath]:
    """Everything started and applied, nothing on the stream yet; `variables` of infra/ win over ours."""
    with ExitStack() as stack, ThreadPoolExecutor() as side:
        starting = side.submit(OpenSearchServer.launch)
        stack.callback(lambda: starting.result().stop())
        aws = stack.enter_context(AwsStandIn(log=work / "aws.log"))
        zips = build("sandbox", progress=lambda _: None)["index_events"].parent
        functions = stack.enter_context(
            LambdaService(aws.endpoint, zips, region=REGION, logs=work / "functions")
        )
        aws.connect(functions_url=functions.url)
        project = TerraformProject(ROOT / "infra", work, {**aws.environ, "TMPDIR": str(work)})
        project.init()
        search = starting.result()
        _apply(project, _variables(aws, search, zips) | variables)
        functions.start_mappings()
        yield IndexPath(aws, functions, search)


def _variables(aws: AwsStandIn, search: OpenSearchServer, zips: Path) -> dict[str, Any]:
    version = min(sys.version_info[:2], NEWEST_RUNTIME)
    secret = boto3.client("secretsmanager", **aws.client_settings).create_secret(
        Name="opensearch", SecretString=msgspec.json.encode({"username": "u", "password": "p"}).decode()
    )
    return {
        "artifacts": {"directory": str(zips)},
        "runtime": f"python{version[0]}.{version[1]}",
        "architecture": "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        "rules_file": str(ROOT / "rules" / "default.yaml"),
        "receivers": {"ops-mail": {"type": "sns", "mail": ["ops@example.com"]}},
        "search": {
            "mode": "existing",
            "endpoint": search.url,
            "auth": "basic",
            "secret_arn": secret["ARN"],
        },
        "force_destroy": True,
    }


def _apply(project: TerraformProject, variables: dict[str, Any]) -> None:
    (project.directory / "test.auto.tfvars.json").write_bytes(msgspec.json.encode(variables))
    with project.running_provider():
        applied = project.run(
            "apply",
            "-auto-approve",
            "-no-color",
            "-parallelism=30",
            "-target=module.index_events",
            "-target=aws_lambda_invocation.setup_index",
        )
    assert applied.returncode == 0, applied.stdout
