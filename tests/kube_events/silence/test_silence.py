"""`kube-events silence` on a table as Terraform makes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from eventcore.silences import Silences, decode_silence
from tests.eventcore.test_silences import member
from tests.fixtures.state_table import TABLE
from tests.kube_events.deployed import Deployed, Run

WHY = ("--comment", "new release", "--author", "jo")
ADD = ("silence", "add", "reason=BackOff", *WHY)


def items(deployed: Deployed) -> list[dict[str, Any]]:
    return list(deployed.dynamodb.scan(TableName=TABLE)["Items"])


def time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_silence_is_where_whoever_tells_looks_for_it(deployed: Deployed, run: Run) -> None:
    # WHEN
    said = run("silence", "add", "reason=BackOff", "involvedObject.namespace=~sh.*", *WHY, "--for", "2h")
    # THEN its id is all that is printed, for scripts
    (item,) = items(deployed)
    assert (said.code, said.lines) == (0, [item["pk"]["S"].removeprefix("silence#")])
    assert "effective within 30 s" in said.err
    # AND the index has it, and DynamoDB forgets it when it is over
    found = deployed.dynamodb.query(
        TableName=TABLE,
        IndexName="by_kind",
        KeyConditionExpression="kind = :kind",
        ExpressionAttributeValues={":kind": {"S": "silence"}},
    )["Items"]
    assert found == [item]
    silence = decode_silence(item["silence"]["S"])
    assert int(item["expires"]["N"]) == silence.ends_at.timestamp()
    # AND it silences
    now = datetime.now(UTC).timestamp()
    assert Silences([silence]).silenced(member(), now)
    assert not Silences([silence]).silenced(member(namespace="billing"), now)


def test_a_silence_may_begin_later(deployed: Deployed, run: Run) -> None:
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    # WHEN
    run(*ADD, "--start", time(begin), "--end", time(begin + timedelta(hours=1)))
    # THEN
    said = run("silence", "list")
    assert said.code == 0
    assert "begins in 2h59m" in said.lines[1] or "begins in 3h" in said.lines[1]
    assert said.lines[1].endswith('for 1h   reason="BackOff"   jo   new release')


def test_a_date_is_meant_with_its_whole_day(deployed: Deployed, run: Run) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    run(*ADD, "--start", f"{day}", "--end", f"{day}")
    (item,) = items(deployed)
    silence = decode_silence(item["silence"]["S"])
    assert silence.ends_at - silence.starts_at == timedelta(days=1)


def test_the_list_says_first_what_ends_first(deployed: Deployed, run: Run) -> None:
    ids = [run(*ADD, "--for", span).lines[0] for span in ("3h", "1h", "2h")]
    said = run("silence", "list")
    assert [line.split()[0] for line in said.lines] == ["ID", ids[1], ids[2], ids[0]]
    assert [each["id"] for each in json.loads(run("silence", "list", "--json").out)] == [
        ids[1],
        ids[2],
        ids[0],
    ]


def test_a_silence_that_is_expired_is_over_and_expiring_it_again_changes_nothing(
    deployed: Deployed, run: Run
) -> None:
    (id_,) = run(*ADD, "--for", "2h").lines
    # WHEN
    said = run("silence", "expire", id_)
    # THEN
    assert (said.code, said.lines) == (0, [f"{id_}: ended"])
    after = items(deployed)
    silence = decode_silence(after[0]["silence"]["S"])
    assert silence.ends_at <= datetime.now(UTC)
    assert int(after[0]["expires"]["N"]) == silence.ends_at.timestamp()
    # AND it is still to be seen, for those who ask
    assert run("silence", "list").lines == []
    assert "over for" in run("silence", "list", "--expired").lines[1]
    # WHEN
    said = run("silence", "expire", id_)
    # THEN
    assert (said.code, said.lines) == (0, [f"{id_}: was over"])
    assert items(deployed) == after


def test_one_that_has_not_begun_never_does(deployed: Deployed, run: Run) -> None:
    begin = datetime.now(UTC) + timedelta(hours=3)
    (id_,) = run(*ADD, "--start", time(begin), "--for", "1h").lines
    run("silence", "expire", id_)
    silence = decode_silence(items(deployed)[0]["silence"]["S"])
    assert silence.starts_at == silence.ends_at


def test_those_that_are_there_are_expired_and_the_others_named(deployed: Deployed, run: Run) -> None:
    (id_,) = run(*ADD, "--for", "2h").lines
    said = run("silence", "expire", "0123456789", id_)
    assert (said.code, said.lines) == (1, [f"{id_}: ended"])
    assert "0123456789: no such silence" in said.err


def test_what_somebody_else_has_just_changed_is_read_again(
    deployed: Deployed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a silence whose item changes between reading and writing, once
    (id_,) = run(*ADD, "--for", "2h").lines
    changes = iter([True])

    def change(**_: object) -> None:
        if next(changes, False):
            text = items(deployed)[0]["silence"]["S"].replace("new release", "old release")
            deployed.dynamodb.update_item(
                TableName=TABLE,
                Key={"pk": {"S": f"silence#{id_}"}},
                UpdateExpression="SET silence = :silence",
                ExpressionAttributeValues={":silence": {"S": text}},
            )

    original = boto3.Session.__init__

    def listening(self: boto3.Session, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self.events.register("after-call.dynamodb.GetItem", change)

    monkeypatch.setattr(boto3.Session, "__init__", listening)
    # WHEN
    assert run("silence", "expire", id_).code == 0
    # THEN
    silence = decode_silence(items(deployed)[0]["silence"]["S"])
    assert silence.comment == "old release"
    assert silence.ends_at <= datetime.now(UTC)


def test_one_silence_is_shown_whole(deployed: Deployed, run: Run) -> None:
    (id_,) = run("silence", "add", "reason=BackOff", 'node!="a b"', *WHY, "--for", "2h").lines
    said = run("silence", "show", id_)
    assert said.lines[0] == f"id         {id_}"
    assert 'matchers   reason="BackOff" node!="a b"' in said.lines
    assert json.loads(run("silence", "show", id_, "--json").out)["createdBy"] == "jo"
    assert run("silence", "show", "nothing").code == 1


def test_what_others_wrote_does_not_steer_the_terminal(deployed: Deployed, run: Run) -> None:
    run("silence", "add", "reason=a", "--for", "1h", "--author", "jo", "--comment", "x\x1b[2Jy")
    assert "\x1b" not in run("silence", "list").out
    assert "\x1b" not in run("silence", "list", "--json").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reason!=x", "--for", "1h"], "this would silence everything"),
        (["--for", "1h"], "this would silence everything"),
        (["namespace=shop", "--for", "1h"], "did you mean involvedObject.namespace?"),
        (["reason=~(", "--for", "1h"], "expected a regular expression"),
        (["reason=a", "--for", "soon"], "--for 'soon': expected a duration"),
        (["reason=a", "--for", "0"], "longer than nothing"),
        (["reason=a", "--for", "2y"], "at most 366 days"),
        (["reason=a", "--for", "999999999y"], "at most 366 days"),
        (["reason=a", "--end", "2h"], "--end '2h': expected a date"),
        (["reason=a", "--end", "2020-01-01"], "it ends 2020-01-02T00:00:00Z, before it begins"),
        (["reason=a", "--start", "2020-01-01", "--for", "1h"], "it ends 2020-01-01T01:00:00Z, and now it is"),
        (["reason=a", "--start", "tomorrow", "--for", "1h"], "--start 'tomorrow': expected a date"),
        (["reason=a", "--for", "1h", "--author", " "], "--author: expected a text"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    deployed: Deployed, run: Run, arguments: list[str], said: str
) -> None:
    answer = run("silence", "add", "--comment", "why", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert items(deployed) == []


def test_everything_is_silenced_when_it_is_said(deployed: Deployed, run: Run) -> None:
    assert run("silence", "add", "--everything", "--for", "10m", "--comment", "game day").code == 0
    assert "everything" in run("silence", "list").lines[1]


def test_a_missing_table_is_named(deployed: Deployed, run: Run) -> None:
    said = run("silence", "list", "--name", "another")
    assert said.code == 1
    assert "the table another-state, index by_kind: not found" in said.err
    assert "Traceback" not in said.err


def test_an_item_that_is_no_silence_does_not_hide_the_others(deployed: Deployed, run: Run) -> None:
    # GIVEN one of another release
    (id_,) = run(*ADD, "--for", "2h").lines
    odd = {"pk": {"S": "silence#odd"}, "kind": {"S": "silence"}, "silence": {"S": "{}"}}
    deployed.dynamodb.put_item(TableName=TABLE, Item=odd)
    # WHEN
    said = run("silence", "list")
    # THEN
    assert (said.code, [line.split()[0] for line in said.lines]) == (0, ["ID", id_])
    assert "silence#odd: no silence" in said.err
    assert run("silence", "show", "odd").code == 1


def test_an_endpoint_that_is_no_url_is_refused(
    deployed: Deployed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "nonsense")
    said = run("silence", "list")
    assert (said.code, said.err) == (1, "AWS configuration: Invalid endpoint: nonsense\n")
