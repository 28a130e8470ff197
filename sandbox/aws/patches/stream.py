"""Kinesis: tags of a new stream, and records in time that does not grow with the stream."""

from __future__ import annotations

from threading import Lock
from typing import Any

from moto.kinesis.models import Record, Shard, Stream
from moto.kinesis.responses import KinesisResponse

from sandbox.aws.patches.replace import never_dispatch, replace


def apply() -> None:
    """Put the patches in."""
    never_dispatch(Stream)
    replace(KinesisResponse, "create_stream", _keeping_tags)
    replace(Shard, "put_record", _numbered_by_count)
    replace(Shard, "get_records", _from_a_position)


def _keeping_tags(create_stream: Any) -> Any:
    """CreateStream takes tags; moto drops them, and Terraform would add them again in every plan."""

    def keeping(self: Any) -> Any:
        result = create_stream(self)
        if tags := self._get_param("Tags"):
            self.kinesis_backend.add_tags_to_stream(None, self._get_param("StreamName"), tags)
        return result

    return keeping


_numbering = Lock()


def _numbered_by_count(_: Any) -> Any:
    """moto finds the next sequence number by listing all records, and two requests at once may get the same.

    Nothing ever leaves a shard, so the count is the last number, and a lock keeps requests apart.
    """

    def put_record(self: Any, partition_key: str, data: str, explicit_hash_key: str) -> str:
        with _numbering:
            number = len(self.records) + 1
            self.records[number] = Record(partition_key, data, number, explicit_hash_key)
        return str(number)

    return put_record


def _from_a_position(_: Any) -> Any:
    """moto walks over the whole shard for each GetRecords; the numbers have no gaps, so it need not."""

    def get_records(self: Any, last_sequence_id: str, limit: int | None) -> tuple[list[Any], int, int]:
        start, end = int(last_sequence_id), len(self.records)
        stop = end if limit is None else min(end, start + int(limit))
        found = [self.records[number] for number in range(start + 1, stop + 1)]
        if not found:
            return [], start, 0
        behind = self.records[end].created_at - found[-1].created_at
        return found, stop, int(behind * 1000)

    return get_records
