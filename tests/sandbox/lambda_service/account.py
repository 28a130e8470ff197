"""What a test does at the AWS endpoint: deploy, put, send, map."""

from __future__ import annotations

import io
import json
import textwrap
import uuid
import zipfile
from pathlib import Path
from typing import Any, Final

from sandbox.lambda_service.clients import Clients

REGION: Final = "eu-central-1"
ROLE: Final = "arn:aws:iam::123456789012:role/sandbox-function"


class Account:
    """Clients of one endpoint, and the folder of the zips that were deployed there."""

    def __init__(self, endpoint: str, zips: Path) -> None:
        self.endpoint = endpoint
        self.zips = zips
        zips.mkdir()
        clients = Clients(endpoint, REGION)
        self.functions, self.kinesis = clients.functions, clients.kinesis
        self.sqs, self.s3 = clients.sqs, clients.s3

    def deploy(self, source: str, *, local: bool = True, **configuration: Any) -> str:
        """Create a function whose module `handler` is this source. Returns its name."""
        name = f"function-{uuid.uuid4().hex[:8]}"
        code = zipped(source)
        if local:
            (self.zips / f"{name}.zip").write_bytes(code)
        settings = {
            "Runtime": "python3.13",
            "Handler": "handler.lambda_handler",
            "Timeout": 10,
            **configuration,
        }
        self.functions.create_function(FunctionName=name, Role=ROLE, Code={"ZipFile": code}, **settings)
        return name

    def stream(self) -> str:
        """Create a stream of one shard. Returns its name."""
        name = f"stream-{uuid.uuid4().hex[:8]}"
        self.kinesis.create_stream(StreamName=name, ShardCount=1)
        return name

    def queue(self, **attributes: Any) -> str:
        """Create a queue. Returns its name."""
        name = f"queue-{uuid.uuid4().hex[:8]}"
        self.sqs.create_queue(QueueName=name, Attributes=attributes)  # type: ignore[arg-type]
        return name

    def bucket(self) -> str:
        """Create a bucket. Returns its name."""
        name = f"bucket-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def map_stream(self, stream: str, function: str, **settings: Any) -> str:
        """Create an event source mapping for a stream. Returns its UUID."""
        arn = f"arn:aws:kinesis:{REGION}:123456789012:stream/{stream}"
        settings = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10, **settings}
        return self._map(arn, function, settings)

    def map_queue(self, queue: str, function: str, **settings: Any) -> str:
        """Create an event source mapping for a queue. Returns its UUID."""
        return self._map(f"arn:aws:sqs:{REGION}:123456789012:{queue}", function, settings)

    def delete_mappings(self) -> None:
        """Delete every event source mapping of the endpoint."""
        for mapping in self.functions.list_event_source_mappings()["EventSourceMappings"]:
            self.functions.delete_event_source_mapping(UUID=mapping["UUID"])

    def put(self, stream: str, *records: object, key: str = "key") -> None:
        """Put these values on a stream, as JSON unless they are bytes."""
        entries: list[Any] = [{"Data": _data(record), "PartitionKey": key} for record in records]
        self.kinesis.put_records(StreamName=stream, Records=entries)

    def send(self, queue: str, *bodies: object, **message: Any) -> None:
        """Send these values to a queue, as JSON."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url(queue), MessageBody=json.dumps(body), **message)

    def url(self, queue: str) -> str:
        """URL of a queue."""
        return str(self.sqs.get_queue_url(QueueName=queue)["QueueUrl"])

    def left_in(self, queue: str) -> int:
        """Messages in a queue, those in flight included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url(queue), AttributeNames=names)  # type: ignore[arg-type]
        return sum(int(count) for count in answer["Attributes"].values())

    def _map(self, arn: str, function: str, settings: dict[str, Any]) -> str:
        mapping = self.functions.create_event_source_mapping(
            EventSourceArn=arn, FunctionName=function, **settings
        )
        return str(mapping["UUID"])


def zipped(source: str) -> bytes:
    """A zip with one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), textwrap.dedent(source))
    return buffer.getvalue()


def _data(record: object) -> bytes:
    return record if isinstance(record, bytes) else json.dumps(record).encode()
