"""A timer fires in the receiver's queue: the group tells what there is, or nobody's timer does nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from eventcore.grouping.arrival import Recovery
from eventcore.grouping.encoding import decode_group, encode_state
from eventcore.grouping.group import Group
from eventcore.grouping.key import GroupRef
from eventcore.grouping.sources import note
from eventcore.queue_message import WakeUp, decode_message
from eventcore.rules.time_interval import TimeInterval
from eventcore.silences import KIND, Silence, encode_silence, parse_matchers
from lambdas.common.state_table import KEPT
from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock
from tests.fixtures.state_table import TABLE, create_table
from tests.lambdas.notify.groups import (
    MOMENT,
    NODE,
    crash,
    put,
    read,
    record,
    route,
    send_wake_up,
)
from tests.lambdas.notify.stage import Stage
from tests.lambdas.notify.test_delivery import counted


@pytest.fixture
def robot(stage: Stage, chats: ReceiverServer) -> str:
    """A receiver with a robot of its own."""
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    return "sre"


def titles(chats: ReceiverServer, receiver: str = "sre") -> list[str]:
    return [message.title for message in chats.accepted(receiver)]


def group_in(stage: Stage, ref: GroupRef) -> Group:
    group = read(stage, ref)
    assert group is not None
    return group


def test_a_group_is_told_after_group_wait_and_then_as_often_as_there_is_news(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN three Pods that crash
    began = clock.now
    ref = record(stage, [crash(stage, f"web-{n}", count=n) for n in (1, 2, 3)], route())
    # WHEN its time has not come
    clock.advance(28)
    stage.invoke(robot)
    assert not titles(chats)
    # THEN one message tells all of them at its time
    stage.run(until=began + 40)
    assert titles(chats) == ["HIGH · BackOff: 3 objects in shop (prod-eu)"]
    text = chats.accepted("sre")[0].text
    assert "6 events on 3 objects" in text
    assert "Pod shop/web-3 × 3" in text
    # WHEN one of them goes on, and another joins
    record(stage, [crash(stage, "web-3", count=1000), crash(stage, "web-4")], route())
    stage.run(until=began + 330)
    # THEN the next message comes after group_interval, and says what was since the one before it
    assert titles(chats)[1:] == ["HIGH · BackOff: 2 objects in shop (prod-eu)"]
    assert "998 events on 2 objects" in chats.accepted("sre")[1].text
    assert group_in(stage, ref).told_at == pytest.approx(began + 330, abs=1)
    assert (counted("WakeUps"), counted("Delivered"), counted("StaleWakeUps")) == (2, 2, 0)


def test_an_end_is_told_to_those_who_want_to_know(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN two receivers of the same crash loop
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.add_dingtalk("quiet", {"url": chats.add_robot("quiet")}, send_resolved=False)
    for receiver in ("sre", "quiet"):
        record(stage, [crash(stage)], route(receiver))
    # WHEN it is quiet for resolve_after
    stage.run()
    # THEN
    assert titles(chats, "quiet") == ["HIGH · BackOff: Pod shop/web-1 (prod-eu)"]
    assert titles(chats) == [
        "HIGH · BackOff: Pod shop/web-1 (prod-eu)",
        "RESOLVED · BackOff: Pod shop/web-1 (prod-eu)",
    ]


def test_a_recovery_resolves(stage: Stage, clock: Clock, chats: ReceiverServer, robot: str) -> None:
    # GIVEN a problem that was told and ends with another event of its object
    ref = record(stage, [crash(stage)], route(), ending=NODE)
    stage.run(until=clock.now + 40)
    recovery = Recovery("prod-eu/Pod/shop/web-1", frozenset({"BackOff"}), clock.now)
    record(stage, [], route(), ref=ref, recoveries=[recovery])
    # WHEN
    stage.run()
    # THEN
    assert titles(chats)[1:] == ["RESOLVED · BackOff: Pod shop/web-1 (prod-eu)"]


def test_a_chain_of_more_than_sixteen_hops_fires_at_its_time(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a repeat_interval of twelve hours, and a problem that goes on
    began = clock.now
    record(stage, [crash(stage)], route(repeat_interval=43_200.0), ending=NODE)
    # WHEN
    stage.run(until=began + 43_200 + 60)
    # THEN
    assert titles(chats) == ["HIGH · BackOff: Pod shop/web-1 (prod-eu)"] * 2
    assert counted("Hops") == 47
    assert set(stage.delays[1:-1]) >= {900}
    second = chats.accepted("sre")[1]
    assert second.at == pytest.approx(began + 30 + 43_200, abs=2)


def test_a_timer_that_another_one_has_replaced_does_not_hop_on(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN two hours of news every five minutes, each of which sets the timer of a repeat a week away
    for number in range(24):
        record(stage, [crash(stage, f"web-{number}")], route(repeat_interval=7 * 86_400.0), ending=NODE)
        stage.run(until=clock.now + 300)
    hops = counted("Hops")
    # WHEN an hour passes
    stage.run(until=clock.now + 3600)
    # THEN only the last of them is on its way
    assert len(titles(chats)) == 24
    assert counted("Hops") - hops <= 4


def test_of_two_equal_wake_ups_one_is_stale(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    ref = record(stage, [crash(stage)], route(), ending=MOMENT)
    group = group_in(stage, ref)
    assert group.due is not None
    send_wake_up(stage, robot, WakeUp(key=ref.key, generation=group.generation, due=group.due))
    stage.run()
    assert len(titles(chats)) == 1
    assert counted("StaleWakeUps") == 1


def test_an_orphan_of_another_due_time_does_nothing(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a wake-up whose writer lost the race: the generation is the group's, the time is not
    ref = record(stage, [crash(stage)], route(), ending=MOMENT)
    send_wake_up(stage, robot, WakeUp(key=ref.key, generation=1, due=clock.now + 10))
    # WHEN
    stage.run(until=clock.now + 20)
    # THEN
    assert not titles(chats)
    assert counted("StaleWakeUps") == 1


def test_a_wake_up_before_its_item_waits_for_it(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN group_wait 0, and a filter_events that is slow between wake-up and put
    ref = record(stage, [crash(stage)], route(group_wait=0.0), ending=MOMENT)
    group = group_in(stage, ref)
    stage.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": ref.key}})
    stage.invoke(robot)
    assert (counted("Failed"), stage.hidings) == (1, [3])
    # WHEN
    put(stage, group)
    stage.run()
    # THEN
    assert len(titles(chats)) == 1


def test_a_wake_up_of_nothing_is_stale_after_two_minutes(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    began = clock.now
    send_wake_up(stage, robot, WakeUp(key="group#sre#none", generation=3, due=began))
    stage.run()
    assert not titles(chats)
    assert not stage.dead_letters(robot)
    assert counted("StaleWakeUps") == 1
    assert 120 <= clock.now - began < 240


def test_what_a_crash_left_behind_is_told_before_it_is_overwritten(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a function that died between writing its message and telling it, and a queue that lost the wake-up
    ref = record(stage, [crash(stage)], route(), ending=NODE)
    clock.advance(30)
    stage.dies_after = 4  # the item, the silences, the next wake-up, the put
    stage.invoke(robot)
    assert not titles(chats)
    assert group_in(stage, ref).outgoing is not None
    stage.forget()
    # WHEN there is news, and the next timer fires
    record(stage, [crash(stage, "web-2")], route(), ending=NODE)
    group = group_in(stage, ref)
    assert group.due is not None
    send_wake_up(stage, robot, WakeUp(key=ref.key, generation=group.generation, due=group.due))
    stage.run(until=clock.now + 300)
    # THEN
    assert titles(chats) == [
        "HIGH · BackOff: Pod shop/web-1 (prod-eu)",
        "HIGH · BackOff: Pod shop/web-2 (prod-eu)",
    ]


def test_what_a_crash_left_behind_is_told_days_later_when_its_wake_up_is_put_back(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a function that died before it told, and whose wake-up ended in the dead letters
    ref = record(stage, [crash(stage)], route(), ending=MOMENT)
    group = group_in(stage, ref)
    assert group.due is not None
    clock.advance(30)
    stage.dies_after = 3  # the item, the silences, the put
    stage.invoke(robot)
    stage.forget()
    # WHEN
    clock.advance(2 * 86_400)
    send_wake_up(stage, robot, WakeUp(key=ref.key, generation=group.generation, due=group.due))
    stage.run()
    # THEN
    assert len(titles(chats)) == 1
    assert not stage.dead_letters(robot)


def test_an_old_message_that_the_ledger_has_forgotten_is_not_told_again(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a message of a week ago, of whose delivery no record is left
    ref = record(stage, [crash(stage)], route(), ending=MOMENT)
    stage.run()
    group = group_in(stage, ref)
    clock.advance(7 * 86_400)
    for item in stage.records("delivery#"):
        stage.dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"]})
    stage.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": ref.key}})
    put(stage, group)
    # WHEN
    record(stage, [crash(stage, "web-2")], route(), ending=MOMENT)
    stage.run()
    # THEN
    assert titles(chats)[1:] == ["HIGH · BackOff: Pod shop/web-2 (prod-eu)"]
    assert not stage.dead_letters(robot)


def test_a_group_that_cannot_be_read_is_set_aside_and_blocks_nobody(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN an item of a release to come, between two others
    refs = [record(stage, [crash(stage, namespace=f"shop-{n}")], route(), ending=MOMENT) for n in range(3)]
    item = stage.table.read([refs[1].key])[refs[1].key]
    stage.table.write(item.key, b"\x09new", version=item.version, expires=clock.now + KEPT)
    # WHEN
    stage.run()
    # THEN
    assert len(titles(chats)) == 2
    (letter,) = stage.dead_letters(robot)
    assert letter["code"] == "poison"
    assert "format 09" in letter["reason"]
    assert isinstance(decode_message(letter["body"]), WakeUp)
    assert counted("Poison") == 1


def test_while_the_table_is_away_wake_ups_come_again(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    ref = record(stage, [crash(stage)], route(), ending=MOMENT)
    group = group_in(stage, ref)
    clock.advance(30)
    stage.dynamodb.delete_table(TableName=TABLE)
    stage.invoke(robot)
    assert counted("Failed") == 1
    create_table(stage.dynamodb)
    put(stage, group)
    stage.run()
    assert len(titles(chats)) == 1


def test_a_merge_in_the_same_moment_is_told_too(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN filter_events merges between notify's read and its put
    ref = record(stage, [crash(stage)], route(), ending=MOMENT)
    clock.advance(30)
    merged: list[GroupRef] = []

    def meanwhile(**_: object) -> None:
        if not merged:
            merged.append(ref)
            record(stage, [crash(stage, "web-2")], route(), ending=MOMENT)

    stage.sqs.meta.events.register("before-call.sqs.SendMessage", meanwhile)
    stage.dynamodb.meta.events.register("before-call.dynamodb.PutItem", meanwhile)
    # WHEN
    stage.invoke(robot)
    # THEN
    assert titles(chats) == ["HIGH · BackOff: 2 objects in shop (prod-eu)"]
    stage.run()
    assert len(titles(chats)) == 1


def test_a_refused_message_of_a_group_is_a_dead_letter_that_can_be_redriven(
    stage: Stage, chats: ReceiverServer, robot: str
) -> None:
    record(stage, [crash(stage)], route(), ending=MOMENT)
    chats.inject("sre", 1, "keywords")
    stage.run()
    (letter,) = stage.dead_letters(robot)
    assert letter["code"] == "310000"
    stage.redrive(robot, letter)
    stage.run()
    assert titles(chats) == ["HIGH · BackOff: Pod shop/web-1 (prod-eu)"]


def silence(stage: Stage, *matchers: str, seconds: float, name: str = "1") -> None:
    """Put it into the table, as `kube-events silence add` does."""
    now = datetime.fromtimestamp(stage.clock.now, UTC)
    told = Silence(
        id=name,
        matchers=parse_matchers(matchers),
        starts_at=now,
        ends_at=now + timedelta(seconds=seconds),
        created_by="ops@example.com",
        comment="a known crash",
        created_at=now,
    )
    text = encode_silence(told) if matchers else "{"
    stage.dynamodb.put_item(
        TableName=TABLE,
        Item={"pk": {"S": f"silence#{name}"}, "kind": {"S": KIND}, "silence": {"S": text}},
    )


def test_a_silence_holds_after_seconds_and_what_goes_on_is_told_afterwards(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN an environment that has read the silences a moment ago, one of them unreadable
    delivery = stage.cold_start()
    silence(stage, seconds=0, name="broken")
    record(stage, [crash(stage, namespace="other")], route(group_wait=0.0), ending=MOMENT)
    stage.invoke(robot, delivery)
    assert len(titles(chats)) == 1
    # WHEN somebody silences a namespace
    record(stage, [crash(stage, "web-1"), crash(stage, "web-2")], route(), ending=NODE)
    silence(stage, "involvedObject.namespace=shop", "reason=~Back.*", seconds=900)
    stage.run(delivery=delivery, until=clock.now + 800)
    # THEN nobody is told while it lasts
    assert len(titles(chats)) == 1
    assert counted("Silenced") >= 2
    assert counted("UnreadableSilences") >= 1
    # THEN what still goes on is told when it has ended
    stage.run(delivery=delivery, until=clock.now + 600)
    assert titles(chats)[1:] == ["HIGH · BackOff: 2 objects in shop (prod-eu)"]


def test_a_moment_that_was_silenced_is_told_to_nobody(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    silence(stage, "reason=BackOff", seconds=60)
    record(stage, [crash(stage)], route(), ending=MOMENT)
    stage.run()
    assert not titles(chats)


def test_silences_are_asked_for_once_in_ten_seconds(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN
    queries: list[object] = []
    stage.dynamodb.meta.events.register("before-call.dynamodb.Query", lambda **_: queries.append(1))
    delivery = stage.cold_start()
    for number in range(5):
        record(stage, [crash(stage, namespace=f"shop-{number}")], route(), ending=MOMENT)
    clock.advance(30)
    # WHEN
    stage.invoke(robot, delivery)
    # THEN
    assert len(titles(chats)) == 5
    assert len(queries) == 1
    # WHEN
    clock.advance(10)
    record(stage, [crash(stage, namespace="more")], route(group_wait=0.0), ending=MOMENT)
    stage.invoke(robot, delivery)
    assert len(queries) == 2


def test_a_source_that_cannot_be_read_inhibits_nothing_and_blocks_nobody(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    assert stage.table.write("source#1", b"\x09new", version=0, expires=clock.now + KEPT)
    record(stage, [crash(stage)], route(), ending=MOMENT, inhibitors=("source#1",))
    stage.run()
    assert len(titles(chats)) == 1
    assert not stage.dead_letters(robot)


def test_what_a_source_inhibits_is_told_when_the_source_has_ended(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a dead node, and two of its Pods among three
    key = "source#nodes#node-1"
    lasting = note(None, key, "prod-eu/Node//node-1", now=clock.now, seconds=400)
    assert lasting is not None
    assert stage.table.write(key, encode_state(lasting), version=0, expires=clock.now + KEPT)
    keys = ("source#other", key)
    ref = record(stage, [crash(stage, "web-1"), crash(stage, "web-2")], route(), ending=NODE, inhibitors=keys)
    record(stage, [crash(stage, "web-3")], route(), ending=NODE)
    # WHEN
    stage.run(until=clock.now + 60)
    # THEN only the third is told, and the message says that there are others
    assert titles(chats) == ["HIGH · BackOff: Pod shop/web-3 (prod-eu)"]
    assert "**Inhibited**: 2 objects" in chats.accepted("sre")[0].text
    assert counted("Inhibited") == 2
    # THEN the others are told once the node is forgotten
    stage.run(until=clock.now + 700)
    assert titles(chats)[1:] == ["HIGH · BackOff: 2 objects in shop (prod-eu)"]
    assert group_in(stage, ref).members["uid-of-shop-web-1"].told == 1


def test_a_mute_time_holds_everything_and_loses_nothing(
    stage: Stage, clock: Clock, chats: ReceiverServer, robot: str
) -> None:
    # GIVEN a route that is mute until 03:00; it is 02:10
    night = route(mute=(TimeInterval(times=((0, 180),)),))
    ref = record(stage, [crash(stage, "web-1"), crash(stage, "web-2")], night, ending=MOMENT)
    # WHEN
    three = datetime(2026, 11, 21, 3, 0, tzinfo=UTC).timestamp()
    stage.run(until=three - 5)
    # THEN
    assert not titles(chats)
    assert counted("Held") == 1
    assert group_in(stage, ref).due == three
    # WHEN more comes, THEN all of it is one message at the end
    record(stage, [crash(stage, "web-3")], night, ending=MOMENT)
    stage.run(until=three + 5)
    assert titles(chats) == ["HIGH · BackOff: 3 objects in shop (prod-eu)"]
    assert "3 events on 3 objects" in chats.accepted("sre")[0].text


def test_a_message_leads_to_its_events_and_to_its_cluster(
    stage: Stage, chats: ReceiverServer, robot: str
) -> None:
    told = msgspec.structs.replace(crash(stage))
    cluster = msgspec.structs.replace(told.cluster, region="eu-central-1")
    record(stage, [msgspec.structs.replace(told, cluster=cluster)], route(), ending=MOMENT)
    stage.run()
    text = chats.accepted("sre")[0].text
    assert "[Dashboards](https://search.example.com/_dashboards/app/data-explorer/discover#/?_a=%28" in text
    assert (
        "[EKS](https://eu-central-1.console.aws.amazon.com/eks/home?region=eu-central-1#/clusters/prod-eu)"
        in text
    )


def test_what_was_written_can_be_read(stage: Stage, clock: Clock, robot: str) -> None:
    # GIVEN the group's item after a flush
    ref = record(stage, [crash(stage)], route())
    stage.run(until=clock.now + 40)
    (item,) = stage.records("group#")
    # THEN it holds the message, the next timer, and a time to live beyond it
    group = decode_group(item["state"]["B"])
    assert group.key == ref.key
    assert group.outgoing is not None
    assert group.outgoing.generation == 1
    assert group.generation == 2
    assert group.due is not None
    assert int(item["expires"]["N"]) >= group.due + 86_400
