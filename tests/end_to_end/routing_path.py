"""The way to people alone: stream, filter_events, notify, receivers. No cluster and no index.

Everything is what `terraform apply` makes of infra/. Functions may be killed at any call of AWS, so what a
message waits for after a crash is shortened.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3

from eventcore.event import Event
from eventcore.identity import partition_key
from eventcore.wire import encode
from kube_events.rules.files import compile_file
from sandbox.aws import AwsStandIn
from sandbox.aws.process import REGION
from sandbox.demo.deployment import NEWEST_RUNTIME
from sandbox.demo.options import ROOT
from sandbox.lambda_service import Crashes, LambdaService
from sandbox.receivers import ReceiverServer
from sandbox.receivers.inbox import Received
from sandbox.terraform import TerraformProject
from scripts.package_lambdas import build

FILTER = "kube-events-filter-events"
NOTIFY = "kube-events-notify"
STREAM = "kube-events"
MAX_RECORDS = 500
"""Of one PutRecords."""

VISIBILITY = 8
"""Seconds until a message comes again whose function has died. Terraform has 360: six timeouts."""
TIMEOUT = 35
"""Seconds that an invocation of notify may take, and so how long what it was telling is nobody else's. With
less than some 25 it never begins a post, which may take ten."""

PAGER, CHAOS = "pager@example.com", "chaos@example.com"
ROBOT = "robot"
STORM = {"storm-a": "13800000001", "storm-b": "13800000002"}
"""Two receivers of one robot, told apart by whom they mention."""


class RoutingPath:
    """The deployed way, and what can be seen and broken of it."""

    def __init__(
        self, aws: AwsStandIn, functions: LambdaService, receivers: ReceiverServer, crashes: Crashes
    ) -> None:
        self.functions = functions
        self.crashes = crashes
        self.receivers = receivers
        self._aws = aws
        self._kinesis = boto3.client("kinesis", **aws.client_settings)

    def put(self, events: Sequence[Event]) -> None:
        """Put them on the stream, as an exporter does."""
        for start in range(0, len(events), MAX_RECORDS):
            records: Any = [
                {"Data": encode(event), "PartitionKey": partition_key(event)}
                for event in events[start : start + MAX_RECORDS]
            ]
            answer = self._kinesis.put_records(StreamName=STREAM, Records=records)
            assert answer["FailedRecordCount"] == 0, answer

    def mails(self, namespace: str, to: str = PAGER) -> list[Received]:
        """The messages about objects of this namespace, in the order in which they came."""
        named = re.compile(rf"(?<![\w-]){re.escape(namespace)}(?![\w-])")
        return [each for each in self.receivers.accepted(to) if named.search(each.title)]

    def command(self, *arguments: str) -> str:
        """What `kube-events` prints."""
        told = subprocess.run(
            [sys.executable, "-m", "kube_events", *arguments],
            env={**self._aws.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        return told.stdout

    def use_rules(self, rules: Path) -> None:
        """Have filter_events use this file: what an apply does when the rules have changed."""
        key, functions = self._rules_key(rules), boto3.client("lambda", **self._aws.client_settings)
        variables = functions.get_function_configuration(FunctionName=FILTER)["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=FILTER, Environment={"Variables": {**variables, "RULES_KEY": key}}
        )

    def _rules_key(self, rules: Path) -> str:
        compiled = compile_file(rules)
        key = f"rules/{sha256(compiled).hexdigest()}.json"
        s3 = boto3.client("s3", **self._aws.client_settings)
        (bucket,) = [each["Name"] for each in s3.list_buckets()["Buckets"]]
        s3.put_object(Bucket=bucket, Key=key, Body=compiled)
        return key


@contextmanager
def deploying(work: Path, rules: Path) -> Iterator[Callable[[], RoutingPath]]:
    """Everything started, and being applied: for a minute Terraform's provider merely waits, and something
    else can be tested. What is yielded waits for the rest; then nothing is on the stream yet."""
    crashes = Crashes()
    with ExitStack() as stack:
        receivers = stack.enter_context(ReceiverServer())
        aws = stack.enter_context(AwsStandIn(mail_url=receivers.mail_url, log=work / "aws.log"))
        zips = build("sandbox", progress=lambda _: None)["notify"].parent
        functions = stack.enter_context(
            LambdaService(aws.endpoint, zips, region=REGION, logs=work / "functions", crashes=crashes)
        )
        aws.connect(functions_url=functions.url, mail_url=receivers.mail_url)
        project = TerraformProject(ROOT / "infra", work, {**aws.environ, "TMPDIR": str(work)})
        project.init()
        side = stack.enter_context(ThreadPoolExecutor(thread_name_prefix="apply"))
        applying = side.submit(project.apply, _variables(zips, rules))

        def finish() -> RoutingPath:
            applying.result()
            outputs = project.outputs()
            _fill_secrets(aws, outputs, receivers.add_robot(ROBOT))
            _shorten(aws, outputs)
            functions.start_mappings()
            return RoutingPath(aws, functions, receivers, crashes)

        yield finish


def _variables(zips: Path, rules: Path) -> dict[str, Any]:
    version = min(sys.version_info[:2], NEWEST_RUNTIME)
    return {
        "artifacts": {"directory": str(zips)},
        "runtime": f"python{version[0]}.{version[1]}",
        "architecture": "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        "rules_file": str(rules),
        "receivers": {
            "pager": {"type": "sns", "mail": [PAGER]},
            "chaos": {"type": "sns", "mail": [CHAOS]},
            **{name: {"type": "dingtalk", "at_mobiles": [who]} for name, who in STORM.items()},
        },
        "search": {"mode": "none"},
        "exporter": {"identity": "none"},
        "batching": {"filter_events": {"size": MAX_RECORDS, "window": 1}},
        "force_destroy": True,
    }


def _fill_secrets(aws: AwsStandIn, outputs: dict[str, Any], url: str) -> None:
    secrets = boto3.client("secretsmanager", **aws.client_settings)
    for arn in outputs["receiver_secrets"].values():
        secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"url": url}))


def _shorten(aws: AwsStandIn, outputs: dict[str, Any]) -> None:
    functions = boto3.client("lambda", **aws.client_settings)
    functions.update_function_configuration(FunctionName=NOTIFY, Timeout=TIMEOUT)
    queues = boto3.client("sqs", **aws.client_settings)
    for name in outputs["receiver_queues"].values():
        url = queues.get_queue_url(QueueName=name)["QueueUrl"]
        queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY)})
