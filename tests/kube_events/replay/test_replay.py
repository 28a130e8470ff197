"""`kube-events replay`: a stream or an archive, the real index function, the real OpenSearch."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from eventcore.identity import observation_id
from eventcore.wire import encode
from kube_events.__main__ import main
from tests.events import kinesis_batch
from tests.fixtures.aws import LambdaContext
from tests.fixtures.cluster import Answer
from tests.fixtures.events import heartbeat
from tests.fixtures.opensearch import OpenSearchApi
from tests.kube_events.index_function import FUNCTION, IndexFunctionServer, answered, refused
from tests.kube_events.replay.conftest import NOW, STREAM, Archive, Stream, ids, seen
from tests.lambdas.index_events.conftest import Deployed

HOURS_3 = timedelta(hours=3)


def replay(*arguments: str) -> int:
    return main(["replay", "--function", FUNCTION, *arguments])


def sources(documents: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    return {(hit["_index"], hit["_id"]): hit["_source"] for hit in documents}


@pytest.mark.opensearch
@pytest.mark.parametrize("source", ["stream", "archive"])
def test_an_index_that_was_deleted_is_filled_with_the_same_documents(
    index: OpenSearchApi,
    deployed: Deployed,
    index_function: IndexFunctionServer,
    stream: Stream,
    archive: Archive,
    source: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN events between heartbeats and poison, in a stream whose shard was split and in the archive,
    first = [seen(number) for number in range(40)]
    second = [seen(number, cluster="staging") for number in range(40, 60)]
    for payloads in ([*first, heartbeat()], [b"poison", *second]):
        stream.put(*payloads)
        archive.put(*payloads)
        if payloads[0] is first[0]:
            stream.split()
    # all of them indexed, and the index deleted
    index_function.handler = deployed.start(index.url)
    index_function.handler(kinesis_batch(*first, *second), LambdaContext())
    before = sources(index.documents())
    assert len(before) == 60
    index.call("DELETE", "/kube-events-*")
    capsys.readouterr()
    # WHEN
    where = ["--stream", STREAM] if source == "stream" else ["--archive", archive.url]
    assert replay("--from", "2h", *where) == 0
    # THEN
    assert sources(index.documents()) == before
    assert deployed.dead_letters() == []
    printed = capsys.readouterr()
    assert "60 events indexed in 1 invocations" in printed.out
    assert "of these: 60 written, 0 already there, 0 older than the retention" in printed.out
    if source == "stream":
        assert "read 62 records: 60 events to index, 1 heartbeats, 1 unreadable" in printed.out
        assert "not a kube-events record" in printed.err
        assert "poison" not in printed.err
    else:
        assert "read 60 records: 60 events to index\n" in printed.out
    # AND a second time nothing changes
    index.call("POST", "/kube-events-*/_refresh")
    assert replay("--from", "2h", *where) == 0
    assert "of these: 0 written, 60 already there" in capsys.readouterr().out
    assert {hit["_version"] for hit in index.documents()} == {1}


@pytest.mark.parametrize("source", ["stream", "archive"])
def test_only_what_was_asked_for_is_sent(
    index_function: IndexFunctionServer, stream: Stream, archive: Archive, source: str
) -> None:
    # GIVEN events of other times and of another cluster
    wanted = [seen(number, ago=HOURS_3) for number in range(5)]
    others = [
        seen(10, ago=timedelta(hours=5)),
        seen(11, ago=timedelta(0)),
        seen(12, ago=HOURS_3, cluster="other"),
    ]
    stream.put(*others, *wanted)
    archive.put(*others, *wanted)
    # WHEN
    where = ["--stream", STREAM] if source == "stream" else ["--archive", archive.url]
    window = [
        "--from",
        f"{NOW - HOURS_3:%Y-%m-%dT%H:%M:%SZ}",
        "--to",
        f"{NOW - HOURS_3:%Y-%m-%dT%H:%M:%S.5Z}",
    ]
    assert replay(*window, *where, "--cluster", "prod-eu") == 0
    # THEN the first moment of the window is in it
    sent = {msgspec.json.decode(data)["metadata"]["uid"] for data in index_function.data()}
    assert sent == {each.metadata.uid for each in wanted}


def test_a_dry_run_sends_nothing_and_counts(
    index_function: IndexFunctionServer, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.put(*(seen(number) for number in range(3)))
    assert replay("--from", "2h", "--stream", STREAM, "--dry-run") == 0
    assert index_function.batches == []
    assert "3 events to index" in capsys.readouterr().out


def test_it_asks_for_nothing_else_and_puts_nothing_anywhere(
    index_function: IndexFunctionServer, stream: Stream
) -> None:
    """What is not on the stream and in no queue, filter_events and notify cannot tell anybody."""
    stream.put(*(seen(number) for number in range(3)))
    before = stream.client.describe_stream_summary(StreamName=STREAM)
    assert replay("--from", "2h", "--stream", STREAM) == 0
    assert len(index_function.batches) == 1
    shards = stream.client.list_shards(StreamName=STREAM)["Shards"]
    records = 0
    for shard in shards:
        iterator = stream.client.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records += len(stream.client.get_records(ShardIterator=iterator["ShardIterator"])["Records"])
    assert records == 3
    after = stream.client.describe_stream_summary(StreamName=STREAM)
    assert after["StreamDescriptionSummary"] == before["StreamDescriptionSummary"]


@pytest.mark.parametrize("source", ["stream", "archive"])
def test_an_interrupted_replay_goes_on_where_it_was(
    index_function: IndexFunctionServer,
    stream: Stream,
    archive: Archive,
    source: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN a replay in batches of ten whose credentials end after the second
    events = [seen(number, ago=timedelta(hours=1 + number % 3)) for number in range(25)]
    stream.put(*events)
    for position in range(0, 25, 9):
        archive.put(*events[position : position + 9], number=position)
    where = ["--stream", STREAM] if source == "stream" else ["--archive", archive.url]
    file = tmp_path / "progress.json"
    command = ["--from", "1d", *where, "--rate", "10", "--progress-file", str(file)]
    index_function.answers(None, None, refused(403, "ExpiredTokenException", "The security token is expired"))
    assert replay(*command) == 1
    assert capsys.readouterr().err.endswith("AWS credentials have expired: sign in again\n")
    done = [record["eventID"] for batch in index_function.batches[:2] for record in batch]
    index_function.batches.clear()
    # WHEN it is run again
    assert replay(*command) == 0
    # THEN nothing is missing, and nothing that was done is done again
    rest = index_function.sent()
    assert len(done) == 20
    assert len(rest) == 5
    assert not set(done) & set(rest)
    assert "25 events indexed" in capsys.readouterr().out
    # AND a third time it has nothing to do
    index_function.batches.clear()
    assert replay(*command) == 0
    assert index_function.batches == []
    assert "this replay is finished" in capsys.readouterr().out


def test_what_was_not_remembered_any_more_is_repeated_and_no_more_than_that(
    index_function: IndexFunctionServer, stream: Stream, tmp_path: Path
) -> None:
    # GIVEN a replay that was killed after its second batch was taken and before that was written down
    stream.put(*(seen(number) for number in range(30)))
    file = tmp_path / "progress.json"
    command = ["--from", "1d", "--stream", STREAM, "--rate", "10", "--progress-file", str(file)]
    index_function.answers(None, refused(403, "AccessDeniedException", "no"))
    assert replay(*command) == 1
    taken = index_function.sent()
    index_function.batches.clear()
    # WHEN
    assert replay(*command) == 0
    # THEN
    assert index_function.sent()[:10] == taken[10:20]
    assert len(index_function.sent()) == 20


def test_progress_of_another_replay_is_not_gone_on_with(
    index_function: IndexFunctionServer, stream: Stream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "progress.json"
    assert replay("--from", "2h", "--stream", STREAM, "--progress-file", str(file)) == 0
    capsys.readouterr()
    assert replay("--from", "3h", "--stream", STREAM, "--cluster", "x", "--progress-file", str(file)) == 1
    assert capsys.readouterr().err == (
        f"{file}: the progress of another run: --cluster was not given and is x, --from was 2h and is 3h. "
        "Give it a file of its own\n"
    )
    file.write_text("{")
    assert replay("--from", "2h", "--stream", STREAM, "--progress-file", str(file)) == 1
    assert capsys.readouterr().err.startswith(f"{file}: no progress file: ")


def test_progress_in_another_region_is_not_gone_on_with(
    index_function: IndexFunctionServer, stream: Stream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "progress.json"
    command = ["--from", "2h", "--stream", STREAM, "--progress-file", str(file)]
    assert replay(*command) == 0
    capsys.readouterr()
    assert replay(*command, "--region", "ap-south-1") == 1
    assert "and is ap-south-1. Give it a file of its own" in capsys.readouterr().err


def test_what_the_function_gives_back_is_sent_again(
    index_function: IndexFunctionServer, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a function that takes half, then is throttled, then takes the rest
    stream.put(*(seen(number) for number in range(10)))
    shards = stream.client.list_shards(StreamName=STREAM)["Shards"]
    order: list[str] = []
    for shard in shards:
        iterator = stream.client.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = stream.client.get_records(ShardIterator=iterator)["Records"]
        order += [f"{shard['ShardId']}:{record['SequenceNumber']}" for record in records]
    index_function.answers(
        answered(order[::2]), refused(429, "TooManyRequestsException", "Rate Exceeded."), answered([])
    )
    # WHEN
    assert replay("--from", "2h", "--stream", STREAM) == 0
    # THEN
    assert [[record["eventID"] for record in batch] for batch in index_function.batches] == [
        order,
        order[::2],
        order[::2],
    ]
    assert "10 events indexed in 2 invocations, 2 of them again" in capsys.readouterr().out


def test_an_object_that_is_cut_off_is_named_and_the_rest_is_indexed(
    index_function: IndexFunctionServer, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN two objects, of which the first lacks its end
    [key] = archive.put(*(seen(number) for number in range(50)), number=1)
    archive.put(seen(60), number=2)
    body = archive.aws.objects(archive.bucket)[key]
    archive.aws.s3.put_object(Bucket=archive.bucket, Key=key, Body=body[: len(body) - 20])
    # WHEN
    assert replay("--from", "2h", "--archive", archive.url) == 1
    # THEN
    errors = capsys.readouterr().err
    assert f"{archive.url}/{key}, behind line " in errors
    assert errors.endswith("1 objects could not be read to their end: named above\n")
    sent = {msgspec.json.decode(data)["metadata"]["uid"] for data in index_function.data()}
    assert "uid-60" in sent


def test_a_replay_that_goes_on_tells_of_a_cut_object_once(
    index_function: IndexFunctionServer,
    archive: Archive,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN a replay that passed an object that is cut off, and was interrupted behind it
    for number in range(4):
        [key] = archive.put(seen(number), number=number)
        if number == 1:
            archive.aws.s3.put_object(Bucket=archive.bucket, Key=key, Body=b"\x1f\x8b\x08")
    file = tmp_path / "progress"
    command = ["--from", "2h", "--archive", archive.url, "--rate", "1", "--progress-file", str(file)]
    index_function.answers(None, refused(403, "AccessDeniedException", "no"))
    assert replay(*command) == 1
    assert json.loads(file.read_bytes())["tally"]["unopened"] == 1
    index_function.batches.clear()
    # WHEN it goes on
    assert replay(*command) == 1
    # THEN
    assert capsys.readouterr().err.endswith("1 objects could not be read to their end: named above\n")
    assert index_function.data() == [encode(seen(2)), encode(seen(3))]
    # AND it is finished all the same
    assert replay(*command) == 0


def test_an_object_that_was_unpacked_and_lies_in_a_folder_is_read(
    index_function: IndexFunctionServer, archive: Archive
) -> None:
    one = seen(1)
    key = "copy/" + archive.key(encode(one)).removesuffix(".gz")
    archive.aws.s3.put_object(Bucket=archive.bucket, Key=key, Body=encode(one) + b"\r\n\n")
    assert replay("--from", "2h", "--archive", f"{archive.url}/copy/") == 0
    assert index_function.data() == [encode(one)]


def test_a_window_of_centuries_asks_for_the_days_that_there_are(
    index_function: IndexFunctionServer, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an archive of two days, and a folder that is none of a day
    old = seen(2, ago=timedelta(days=300))
    archive.put(seen(1), old)
    archive.aws.s3.put_object(Bucket=archive.bucket, Key="event/date=zz/x", Body=b"x")
    listed: list[str] = []

    def listening(self: boto3.Session, *_: Any, **__: Any) -> None:
        original(self, *_, **__)
        self.events.register(
            "before-call.s3.ListObjectsV2",
            lambda params, **_: listed.append(params["query_string"]["prefix"]),
        )

    original = boto3.Session.__init__
    monkeypatch.setattr(boto3.Session, "__init__", listening)
    # WHEN
    assert replay("--from", "0001-01-01", "--to", "9999-12-30", "--archive", archive.url) == 0
    # THEN
    assert index_function.data() == [encode(old), encode(seen(1))]
    assert len(listed) == 3
    # AND the ends of a window are days of it
    index_function.batches.clear()
    day = f"{NOW - timedelta(days=300, hours=0):%Y-%m-%d}"
    assert replay("--from", day, "--to", day, "--archive", archive.url) == 0
    assert index_function.data() == [encode(old)]


@pytest.mark.parametrize("region", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_may_be_in_either_variable(
    index_function: IndexFunctionServer,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
    region: str,
) -> None:
    value = boto3.Session().region_name
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(region, value)
    stream.put(seen(1))
    assert replay("--from", "2h", "--stream", STREAM) == 0
    assert index_function.data() == [encode(seen(1))]


def test_a_stream_may_be_replayed_from_the_beginning_of_the_calendar(
    index_function: IndexFunctionServer, stream: Stream
) -> None:
    stream.put(seen(1))
    assert replay("--from", "0001-01-01", "--stream", STREAM) == 0
    assert index_function.data() == [encode(seen(1))]


@pytest.mark.parametrize("name", ["prod.eu", "it's a/b*"])
def test_of_an_archive_one_cluster_can_be_taken(
    index_function: IndexFunctionServer, archive: Archive, name: str
) -> None:
    archive.put(seen(1, cluster=name), seen(2, cluster="other"))
    assert replay("--from", "2h", "--archive", archive.url, "--cluster", name) == 0
    assert index_function.data() == [encode(seen(1, cluster=name))]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "x", "--stream", STREAM], "--from 'x': expected a duration such as"),
        (["--from", "1h", "--to", "2h", "--stream", STREAM], "--from 1h is not before --to 2h"),
        (["--from", "2999-01-01", "--stream", STREAM], "--from 2999-01-01 is not in the past"),
        (["--from", "2h", "--archive", "bucket"], "--archive 'bucket': expected s3://BUCKET"),
        (["--from", "2h", "--stream", "other"], "the stream other: not found: "),
        (["--from", "2h", "--archive", "s3://not-there"], "the archive s3://not-there: not found: "),
        (["--from", "2h", "--stream", STREAM, "--function", "other"], "the function other: not found: "),
        (
            ["--from", "2h", "--stream", STREAM, "--profile", "nobody"],
            "AWS configuration: The config profile",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    index_function: IndexFunctionServer,
    stream: Stream,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream.put(seen(1))
    assert replay(*arguments) == 1
    errors = capsys.readouterr().err
    assert errors.startswith(said)
    assert errors.count("\n") == 1


def test_without_credentials_it_says_what_to_do(
    index_function: IndexFunctionServer,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert replay("--from", "2h", "--stream", STREAM) == 1
    assert capsys.readouterr().err.startswith("no AWS credentials: set AWS_PROFILE")


def test_a_missing_permission_is_named(
    index_function: IndexFunctionServer, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.put(seen(1))
    index_function.answers(refused(403, "AccessDeniedException", "User ann is not authorized"))
    assert replay("--from", "2h", "--stream", STREAM) == 1
    assert capsys.readouterr().err == (
        f"the function {FUNCTION}: lambda:InvokeFunction is not allowed: User ann is not authorized\n"
    )


def test_a_function_of_another_kind_is_found_out(
    index_function: IndexFunctionServer, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.put(seen(1))
    index_function.answers(Answer(200, b'{"ok": true}'))
    assert replay("--from", "2h", "--stream", STREAM) == 1
    assert "is not the index function" in capsys.readouterr().err


def test_more_than_the_stream_remembers_is_warned_of(
    index_function: IndexFunctionServer, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.put(seen(1))
    assert replay("--from", "9d", "--stream", STREAM) == 0
    assert f"the stream {STREAM} remembers 24 hours: " in capsys.readouterr().err


@pytest.mark.opensearch
def test_documents_that_are_older_than_the_retention_are_counted(
    index: OpenSearchApi,
    deployed: Deployed,
    index_function: IndexFunctionServer,
    archive: Archive,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN an archive that remembers more than the index
    index_function.handler = deployed.start(index.url, RETENTION_DAYS="2")
    archive.put(seen(1), seen(2, ago=timedelta(days=10)))
    capsys.readouterr()
    # WHEN
    assert replay("--from", "20d", "--archive", archive.url) == 0
    # THEN
    assert ids(index.documents()) == [observation_id(seen(1))]
    assert "1 written, 0 already there, 1 older than the retention" in capsys.readouterr().out
