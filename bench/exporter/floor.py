"""`python -m bench.exporter.floor URL`: the least that ships events at all, as a floor for what it may cost.

Stream, decode, PutRecords of 500 from four threads. It resumes nothing, retries nothing, remembers nothing,
and leaves behind what does not fill a call.
"""

from __future__ import annotations

import sys
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import boto3
import msgspec
import urllib3
from botocore.config import Config
from msgspec import Raw, Struct

from bench.exporter.rendered import FIRST_VERSION

if TYPE_CHECKING:
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

THREADS = 4
BATCH = 500


class _Metadata(Struct):
    uid: str


class _Event(Struct):
    metadata: _Metadata


class _Line(Struct):
    object: Raw


_Batches = SimpleQueue["list[PutRecordsRequestEntryTypeDef]"]


def main(url: str) -> None:
    """Ship until killed."""
    batches: _Batches = SimpleQueue()
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    client = boto3.client("kinesis", region_name="eu-west-1", config=config)

    def send() -> None:
        while True:
            client.put_records(StreamName="bench", Records=batches.get())

    for _ in range(THREADS):
        Thread(target=send, daemon=True).start()
    _read(url, batches)


def _read(url: str, batches: _Batches) -> None:
    watch = f"{url}/api/v1/events?watch=1&resourceVersion={FIRST_VERSION - 1}"
    response = urllib3.PoolManager().request("GET", watch, preload_content=False)
    decode_line = msgspec.json.Decoder(_Line).decode
    decode_event = msgspec.json.Decoder(_Event).decode
    batch: list[PutRecordsRequestEntryTypeDef] = []
    rest = b""
    for chunk in response.stream(64 * 1024):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            raw = decode_line(line).object
            batch.append({"Data": bytes(raw), "PartitionKey": decode_event(raw).metadata.uid})
            if len(batch) == BATCH:
                batches.put(batch)
                batch = []


if __name__ == "__main__":
    main(sys.argv[1])
