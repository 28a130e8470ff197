"""What a person who operates must be allowed, and where things are."""

from __future__ import annotations

import json
import re
import shlex

import boto3
import pytest

from eventcore.wire import encode
from kube_events.__main__ import _parser
from kube_events.dead_letters.folder import PREFIXES
from kube_events.dead_letters.letter import PLACES
from kube_events.deployment import CONSUMERS, DEFAULT_NAME, PERMISSIONS, Deployment
from kube_events.send.examples import EXAMPLES
from kube_events.send.fate import Following
from lambdas.common.dead_letters import key_of
from lambdas.common.records import Record
from lambdas.notify.ledger import Ledger
from lambdas.notify.receiver_queue import CODE
from tests.fixtures.aws import Aws
from tests.fixtures.calls import calls
from tests.fixtures.events import event
from tests.fixtures.state_table import TABLE
from tests.kube_events.dead_letters.conftest import (
    DAY,
    STREAM,
    Functions,
    Moves,
    functions,
    letter,
    moves,
    set_aside,
    told,
)
from tests.kube_events.deployed import BUCKET, ROOT, Deployed, Run, deployed, run

__all__ = ["calls", "deployed", "functions", "moves", "run"]

PAGE = ROOT / "docs/operating.md"


def test_no_command_makes_a_call_that_is_not_listed(
    deployed: Deployed, functions: Functions, moves: Moves, run: Run, calls: list[str]
) -> None:
    # GIVEN something in every place
    deployed.add_receiver("sre")
    url = deployed.add_receiver("ops")
    deployed.add_function_queue("index-events")
    archive = deployed.aws.queue("kube-events-archive-dead")
    envelope = json.dumps({"detail": json.loads(encode(event()))})
    deployed.aws.sqs.send_message(QueueUrl=archive, MessageBody=envelope)
    bucket = deployed.aws.bucket("archive")
    boto3.client("firehose").create_delivery_stream(
        DeliveryStreamName="kube-events-archive",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::1:role/r",
            "BucketARN": f"arn:aws:s3:::{bucket}",
        },
    )
    set_aside(deployed, url, told(1))
    set_aside(deployed, url, told(2), "poison")
    letter(deployed, 1, encode(event()))
    functions.work["kube-events-filter-events"] = lambda _: []
    calls.clear()
    # WHEN everything is done once
    (id_,) = run("silence", "add", "reason=a", "--comment", "why", "--for", "1h").lines
    for arguments in (
        ["silence", "list"],
        ["silence", "show", id_],
        ["silence", "expire", id_],
        ["send", "--receiver", "sre", "--example", "oomkilled", "--wait", "0"],
        ["dead-letters", "list", "--all"],
        ["dead-letters", "show", json.loads(run("dead-letters", "list", "--json").out)[0]["id"]],
        ["dead-letters", "redrive", "--code", "poison"],
        ["dead-letters", "redrive", "--everything"],
    ):
        assert run(*arguments).code in (0, 3)
    assert moves.asked
    # THEN only that a move was not interrupted
    assert set(PERMISSIONS) - set(calls) == {"CancelMessageMoveTask"}
    assert set(calls) - set(PERMISSIONS) == {"GetCallerIdentity"}


def test_the_page_lists_permissions_places_and_examples() -> None:
    page = PAGE.read_text()
    names = {*PERMISSIONS.values(), *PLACES, *EXAMPLES, *PREFIXES.values()}
    assert [name for name in sorted(names) if f"`{name}" not in page] == []


def test_the_commands_on_the_page_are_understood() -> None:
    commands = re.findall(r"^kube-events (?:silence|dead-letters|send) .*$", PAGE.read_text(), re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        _parser().parse_args(shlex.split(command, comments=True)[1:])


def test_things_are_called_as_terraform_calls_them() -> None:
    infra = ROOT / "infra"
    assert f'default     = "{DEFAULT_NAME}"' in (infra / "variables.tf").read_text()
    state = (infra / "modules/state/main.tf").read_text()
    assert '"${var.name}-state"' in state
    assert '"${var.name}-${var.location.account_id}-${var.location.region}"' in state
    assert '"${var.name}-receiver-${name}"' in (infra / "modules/notifications/main.tf").read_text()
    bus = (infra / "modules/event_bus/main.tf").read_text()
    assert '"${var.name}-${replace(consumer, "_", "-")}"' in bus
    assert '"${local.queues[each.key]}-dead"' in bus
    assert '"${var.name}-archive-dead"' in (infra / "modules/archive/bus.tf").read_text()
    assert '"${var.name}-${replace(function, "_", "-")}"' in (infra / "locals.tf").read_text()
    assert str(list(PREFIXES.values())).strip("[]").replace("'", '"') == '"dead-letters/", "aws/lambda/"'
    assert (
        'dead-letters = "dead-letters/", lambda-failures = "aws/lambda/"'
        in (infra / "modules/state/iam.tf").read_text()
    )


def test_things_are_called_as_the_functions_call_them(aws: Aws) -> None:
    record = Record("1", STREAM, "shard:1", DAY)
    for consumer in CONSUMERS:
        assert key_of(consumer, record).startswith(f"{PREFIXES['set-aside']}{consumer}/2026/11/20/")
    assert CODE == "code"


def test_the_ledger_is_read_as_it_is_written(deployed: Deployed) -> None:
    ledger = Ledger(deployed.dynamodb, table=TABLE)
    following = Following(Deployment(boto3.Session()), "sre", "n-1")
    seen = [following.now().text]
    claim = ledger.claim(
        receiver="sre",
        notification="n-1",
        attempt=1,
        message_id="m-1",
        redriven=False,
        invocation="i-1",
        lease=10.0,
    )
    assert not isinstance(claim, str)
    seen.append(following.now().text)
    ledger.put_off(claim, attempt=2, not_before=0.0)
    seen.append(following.now().text)
    ledger.delivered(claim)
    seen.append(following.now().text)
    assert [text.split()[:4] for text in seen] == [
        ["the", "notify", "function", "has"],
        ["the", "notify", "function", "is"],
        ["put", "off", "until", "00:00:00"],
        ["the", "channel", "has", "taken"],
    ]


def test_the_bucket_is_that_of_the_account_whose_credentials_they_are(aws: Aws) -> None:
    assert Deployment(boto3.Session()).bucket == BUCKET


def test_a_name_that_terraform_would_refuse_is_refused(run: Run) -> None:
    with pytest.raises(SystemExit):
        run("silence", "list", "--name", "Kube_Events")
