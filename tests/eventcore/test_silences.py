"""What a silence silences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventcore.grouping.group import GroupMember
from eventcore.silences import (
    SILENCE_FIELDS,
    Silence,
    SilenceError,
    Silences,
    decode_silence,
    encode_silence,
    matches_everything,
    parse_matchers,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def member(**changes: Any) -> GroupMember:
    fields: dict[str, Any] = {
        "uid": "uid-1",
        "observation": "o-1",
        "cluster": "prod-eu",
        "region": "eu-central-1",
        "severity": "high",
        "count": 3,
        "first_seen": 0.0,
        "last_seen": 0.0,
        "heard": 0.0,
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting\nfailed container",
        "component": "kubelet",
        "kind": "Pod",
        "namespace": "shop",
        "name": "web-1",
        "node": "ip-10-0-1-7",
        "labels": {"app.kubernetes.io/name": "web"},
    }
    return GroupMember(**fields | changes)


def silence(*matchers: str, **changes: Any) -> Silence:
    fields: dict[str, Any] = {
        "id": "s-1",
        "matchers": parse_matchers(matchers),
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=2),
        "created_by": "jo",
        "comment": "new release",
        "created_at": NOW,
    }
    return Silence(**fields | changes)


@pytest.mark.parametrize(
    ("matchers", "silenced"),
    [
        (["reason=BackOff"], True),
        (["reason=Back"], False),
        (["reason!=BackOff"], False),
        (["reason!=Killing"], True),
        # the whole value has to match
        (["reason=~Back"], False),
        (["reason=~Back.*"], True),
        (["reason=~Killing|BackOff"], True),
        (["reason!~Back.*"], False),
        (["reason!~Back"], True),
        # `.` is any character, line ends too, as in Alertmanager
        (["message=~Back-off.*container"], True),
        (["cluster.name=prod-eu", "involvedObject.kind=Pod", "severity=high", "type=Warning"], True),
        (["involvedObject.name=~web-[0-9]+", "source.component=kubelet", "node=ip-10-0-1-7"], True),
        (["involvedObject.namespace=shop", "node=another"], False),
        # the same field twice
        (["reason=~Back.*", "reason!=BackOff"], False),
        (["involvedObject.labels.app.kubernetes.io/name=web"], True),
        # a field that is not there is empty
        (["involvedObject.labels.team="], True),
        (["involvedObject.labels.team!=x"], True),
        (["involvedObject.labels.team=~.+"], False),
        (["involvedObject.labels.team!~.+"], True),
        # as amtool has it, in quotes and with blanks around
        (['reason = "BackOff" '], True),
        (['message="Back-off restarting\\nfailed container"'], True),
        ([], True),
    ],
)
def test_all_matchers_have_to_match(matchers: list[str], silenced: bool) -> None:
    assert Silences([silence(*matchers)]).silenced(member(), NOW.timestamp()) is silenced


@pytest.mark.parametrize(
    ("seconds", "silenced"), [(-0.001, False), (0, True), (7199.999, True), (7200, False)]
)
def test_a_silence_holds_from_its_start_until_before_its_end(seconds: float, silenced: bool) -> None:
    assert Silences([silence("reason=BackOff")]).silenced(member(), NOW.timestamp() + seconds) is silenced


def test_one_of_several_silences_is_enough() -> None:
    several = Silences([silence("reason=Other"), silence("node=ip-10-0-1-7")])
    assert several.silenced(member(), NOW.timestamp())
    assert not Silences([]).silenced(member(), NOW.timestamp())


def test_every_field_that_is_allowed_is_one_of_the_member() -> None:
    for field in SILENCE_FIELDS:
        assert Silences([silence(f"{field}=~.+")]).silenced(member(), NOW.timestamp()), field


@pytest.mark.parametrize(
    ("matcher", "said"),
    [
        ("reason", "expected FIELD, one of = != =~ !~"),
        ("", "expected FIELD"),
        ("=BackOff", "expected FIELD"),
        ("reson=BackOff", "did you mean reason?"),
        ("namespace=shop", "did you mean involvedObject.namespace?"),
        ("involvedObject.labels.=x", "involvedObject.labels.NAME for labels"),
        ("reason=~(", "expected a regular expression"),
        ("reason!~(a+)+b", "an unbounded repeat only of what can match in one way"),
        ('reason="BackOff', "with another one at its end"),
    ],
)
def test_what_is_no_matcher_is_refused_with_what_is_allowed(matcher: str, said: str) -> None:
    with pytest.raises(SilenceError) as refused:
        parse_matchers(["node=a", matcher])
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("matchers", "everything"),
    [
        ([], True),
        (["reason=~.*"], True),
        (["reason!=BackOff", "node=~.*"], True),
        (["reason=~.+"], False),
        (["reason!=BackOff", "node=a"], False),
    ],
)
def test_a_silence_that_an_unknown_event_matches_is_recognised(matchers: list[str], everything: bool) -> None:
    assert matches_everything(parse_matchers(matchers)) is everything


def test_a_silence_comes_back_from_the_table_as_it_was() -> None:
    one = silence('message=~"ü \\"x\\".*"', "involvedObject.labels.team!=a")
    assert decode_silence(encode_silence(one)) == one
    assert parse_matchers([str(matcher) for matcher in one.matchers]) == one.matchers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        encode_silence(silence("reason=a")).replace('"="', '"<"'),
        encode_silence(silence("reason=a")).replace('"reason"', '"reson"'),
        encode_silence(silence("reason=~a")).replace('"a"', '"(a"'),
        encode_silence(silence("reason=a")).replace("2026-11-21T12:00:00Z", "2026-11-21T12:00:00"),
    ],
)
def test_an_item_that_is_no_silence_is_refused(text: str) -> None:
    with pytest.raises(SilenceError):
        decode_silence(text)
