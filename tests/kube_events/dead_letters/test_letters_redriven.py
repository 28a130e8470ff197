"""`kube-events dead-letters redrive` of what lies in the bucket."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import boto3
import pytest

from eventcore.wire import encode
from kube_events.dead_letters.account import Account
from kube_events.dead_letters.folder import Folder
from kube_events.dead_letters.invoking import Invoking
from kube_events.dead_letters.places import opened
from kube_events.dead_letters.wanted import Wanted
from kube_events.deployment import Deployment
from kube_events.progress import Progress
from kube_events.reindex.function import RecordFunction
from kube_events.reindex.rate import Rate
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.records import decode_records
from lambdas.common.time_budget import TimeBudget
from tests.fixtures.aws import REGION, LambdaContext
from tests.fixtures.events import event
from tests.kube_events.dead_letters.conftest import Functions, letter
from tests.kube_events.dead_letters.test_looking import FAILURE, lambda_failure
from tests.kube_events.deployed import ACCOUNT, BUCKET, Deployed, Run
from tests.kube_events.index_function import crashed, refused

REDRIVE = ("dead-letters", "redrive", "--rate", "1000")
FILTER = "kube-events-filter-events"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:kube-events-filter-events"


def keys(deployed: Deployed) -> list[str]:
    return sorted(
        each for each in deployed.aws.objects(BUCKET) if each.split("/")[0] in ("dead-letters", "aws")
    )


class Takes:
    """A function: it decodes what it gets as ours do, and sets aside as they do what it cannot."""

    def __init__(self, deployed: Deployed) -> None:
        self.letters = DeadLetters(deployed.aws.s3, bucket=BUCKET, function="filter_events")
        self.payloads: list[bytes] = []
        self.again: set[str] = set()

    def __call__(self, invocation: dict[str, Any]) -> list[str]:
        batch = decode_records(invocation)
        self.payloads += [encode(each.event) for each in batch.events]
        self.letters.write(batch.poison, TimeBudget(LambdaContext()))
        return [record.id for record in batch.records if record.id in self.again]


class Ran:
    """One run over the whole bucket, in which waiting takes no time."""

    def __init__(self, per_second: float | None = None) -> None:
        self.slept: list[float] = []
        self.account = Account("the bucket")
        self._now = 0.0
        deployment, progress = Deployment(boto3.Session()), Progress("the bucket")
        Invoking(
            Folder(deployment),
            lambda name: RecordFunction(deployment.session, name),
            self.account,
            rate=Rate(per_second, sleep=self._sleep, clock=lambda: self._now),
            progress=progress,
            sleep=self._sleep,
        ).run(opened(Folder(deployment), Wanted(), self.account, progress))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += seconds


@pytest.mark.parametrize("source", ["stream", "queue"])
def test_a_record_comes_back_to_its_function_as_it_came(
    deployed: Deployed, functions: Functions, run: Run, source: str
) -> None:
    # GIVEN a record of the stream, or one in EventBridge's envelope, that an older release could not read
    takes = functions.work[FILTER] = Takes(deployed)
    payload = encode(event())
    if source == "queue":
        payload = json.dumps({"detail": json.loads(payload)}).encode()
        letter(deployed, 1, payload, source=QUEUE)
    else:
        letter(deployed, 1, payload)
    (key,) = keys(deployed)
    # WHEN
    said = run(*REDRIVE, "--function", "filter_events", "--place", "set-aside")
    # THEN
    assert (said.code, said.lines) == (0, ["1 dead letters put back"])
    assert takes.payloads == [encode(event())]
    # AND it is gone, and yet among the bucket's old versions
    assert keys(deployed) == []
    versions = deployed.aws.s3.list_object_versions(Bucket=BUCKET, Prefix=key)
    assert (len(versions["Versions"]), len(versions["DeleteMarkers"])) == (1, 1)


def test_what_the_function_sets_aside_again_stays_in_its_place(
    deployed: Deployed, functions: Functions, run: Run
) -> None:
    # GIVEN poison of each kind, and among it something that is read today
    takes = functions.work[FILTER] = Takes(deployed)
    letter(deployed, 1, b"\xff poison")
    letter(deployed, 2, b"poison", source=QUEUE)
    letter(deployed, 3, encode(event()))
    before = deployed.aws.objects(BUCKET, "dead-letters/")
    # WHEN
    said = run(*REDRIVE, "--everything")
    # THEN
    assert (said.code, said.lines) == (1, ["1 dead letters put back"])
    assert "the bucket: 2 stayed: the function set it aside again" in said.err
    assert len(takes.payloads) == 1
    after = deployed.aws.objects(BUCKET, "dead-letters/")
    # the same objects, with the same payloads: nothing was multiplied on the way
    assert {key: json.loads(after[key])["payload"] for key in after} == {
        key: json.loads(data)["payload"] for key, data in before.items() if key in after
    }
    assert len(after) == 2


def test_a_record_that_the_function_wants_again_stays(deployed: Deployed, functions: Functions) -> None:
    takes = functions.work[FILTER] = Takes(deployed)
    for number in (1, 2):
        letter(deployed, number, encode(event()))
    takes.again = {"shardId-000000000000:2"}
    # WHEN
    ran = Ran()
    # THEN it was asked for as often as it makes sense
    assert (ran.account.back, len(functions.events), len(ran.slept)) == (1, 4, 3)
    assert ran.account.complaints() == ["the bucket: 1 stayed: the function wants it again: its log says why"]
    assert len(keys(deployed)) == 1
    # AND when the function can, it goes too
    takes.again = set()
    assert Ran().account.back == 1
    assert keys(deployed) == []


def test_one_letter_that_the_function_dies_of_does_not_keep_the_others(
    deployed: Deployed, functions: Functions, run: Run
) -> None:
    takes = Takes(deployed)

    def dies(invocation: dict[str, Any]) -> list[str]:
        if any(b64decode(each["kinesis"]["data"]) == b"bomb" for each in invocation["Records"]):
            raise MemoryError("signal: killed")
        return takes(invocation)

    functions.work[FILTER] = dies
    for number in range(5):
        letter(deployed, number, b"bomb" if number == 3 else encode(event()))
    said = run(*REDRIVE, "--function", "filter_events")
    assert (said.code, said.lines) == (1, ["4 dead letters put back"])
    assert "1 stayed: the function failed: Runtime.ExitError: signal: killed" in said.err
    assert len(keys(deployed)) == 1


def test_a_function_that_does_not_start_is_left_alone_after_some_tries(
    deployed: Deployed, functions: Functions, run: Run
) -> None:
    functions.work[FILTER] = Takes(deployed)
    functions.given = [crashed("Runtime.ImportModuleError", "no module")] * 100
    for number in range(12):
        letter(deployed, number, encode(event()))
    said = run(*REDRIVE, "--function", "filter_events")
    assert said.code == 1
    assert "fails again and again: Runtime.ImportModuleError: no module" in said.err
    assert len(functions.events) < 12
    assert len(keys(deployed)) == 12


def test_a_function_that_is_busy_is_asked_again(deployed: Deployed, functions: Functions) -> None:
    functions.work[FILTER] = Takes(deployed)
    functions.given = [refused(429, "TooManyRequestsException", "Rate exceeded")]
    letter(deployed, 1, encode(event()))
    ran = Ran()
    assert (ran.account.back, len(functions.events), len(ran.slept)) == (1, 2, 1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "the function kube-events-filter-events: not found"),
        (
            refused(403, "AccessDeniedException", "no"),
            "the function kube-events-filter-events: lambda:InvokeFunction is not allowed: no",
        ),
    ],
)
def test_a_function_that_cannot_be_invoked_is_named_and_nothing_is_lost(
    deployed: Deployed, functions: Functions, run: Run, answer: Any, said: str
) -> None:
    if answer:
        functions.work[FILTER] = Takes(deployed)
        functions.given = [answer]
    letter(deployed, 1, encode(event()))
    before = keys(deployed)
    result = run(*REDRIVE, "--function", "filter_events")
    assert result.code == 1
    assert said in result.err
    assert keys(deployed) == before


def test_a_function_that_is_not_there_does_not_keep_the_others_waiting(
    deployed: Deployed, functions: Functions
) -> None:
    # GIVEN a deployment whose index is gone, and with it the function
    functions.work[FILTER] = Takes(deployed)
    letter(deployed, 1, encode(event()))
    letter(deployed, 2, encode(event()), function="index_events")
    lambda_failure(deployed)
    letter(deployed, 3, encode(event()), function="payroll")
    # WHEN
    ran = Ran()
    # THEN
    assert ran.account.back == 1
    assert sorted(ran.account.stayed.values()) == [1, 2]
    assert len(keys(deployed)) == 3


def test_a_batch_that_lambda_gave_up_goes_back_whole(
    deployed: Deployed, functions: Functions, run: Run
) -> None:
    takes = functions.work["kube-events-index-events"] = Takes(deployed)
    lambda_failure(deployed)
    said = run(*REDRIVE, "--place", "lambda-failures", "--function", "index_events")
    assert (said.code, said.lines) == (0, ["1 dead letters put back"])
    assert len(takes.payloads) == 2
    assert keys(deployed) == []


def test_a_batch_of_which_something_failed_again_stays(deployed: Deployed, functions: Functions) -> None:
    takes = functions.work["kube-events-index-events"] = Takes(deployed)
    lambda_failure(deployed)
    (record, *_) = json.loads(json.loads(deployed.aws.objects(BUCKET)[FAILURE])["payload"])["Records"]
    takes.again = {record["kinesis"]["sequenceNumber"]}
    assert Ran().account.back == 0
    assert keys(deployed) == [FAILURE]


def test_no_function_is_invoked_that_is_not_of_this_deployment(
    deployed: Deployed, functions: Functions, run: Run
) -> None:
    functions.work["payroll"] = Takes(deployed)
    lambda_failure(deployed, function="payroll")
    said = run(*REDRIVE, "--everything")
    assert "1 stayed: no function that it could be given to" in said.err
    assert functions.events == []


def test_objects_that_are_none_of_ours_are_listed_and_stay(
    deployed: Deployed, functions: Functions, run: Run
) -> None:
    for number, data in enumerate((b"", b"\xff", b"{}", b'{"requestContext": {}, "payload": "{}"}')):
        for key in (f"dead-letters/filter_events/2026/11/20/{number}.json", f"{FAILURE}-{number}"):
            deployed.aws.s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    before = keys(deployed)
    assert len(run("dead-letters", "list", "--all").lines) == 9
    for key in before[:1] + before[-1:]:
        assert run("dead-letters", "show", key).code == 0
    said = run(*REDRIVE, "--everything")
    assert said.code == 1
    assert "8 stayed: no function that it could be given to" in said.err
    assert keys(deployed) == before


def test_a_dry_run_invokes_nothing(deployed: Deployed, functions: Functions, run: Run) -> None:
    functions.work[FILTER] = Takes(deployed)
    letter(deployed, 1, encode(event()))
    assert run(*REDRIVE, "--everything", "--dry-run").lines == ["1 dead letters would be put back"]
    assert functions.events == []


def test_letters_go_at_the_rate_that_was_asked_for(deployed: Deployed, functions: Functions) -> None:
    functions.work[FILTER] = Takes(deployed)
    for number in range(5):
        letter(deployed, number, encode(event()))
    # WHEN two a second are allowed
    ran = Ran(per_second=2.0)
    # THEN they go in twos, with a second between
    assert [len(each["Records"]) for _, each in functions.events] == [2, 2, 1]
    assert ran.slept == [1.0, 1.0]
