"""Over a channel's limit, what waits becomes one message. Nothing is dropped, and the sums are exact."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from eventcore.grouping.digest import Digest, digest_key
from eventcore.grouping.encoding import decode_digest
from eventcore.grouping.timer import OVERDUE
from eventcore.queue_message import NotificationMessage, WakeUp, decode_message
from lambdas.common.state_table import KEPT
from lambdas.common.time_budget import TimeBudget
from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock, notification
from tests.lambdas.notify.groups import MOMENT, crash, record, route, send_wake_up
from tests.lambdas.notify.stage import Stage
from tests.lambdas.notify.test_delivery import counted

EVENTS = re.compile(r"([\d,]+) events? on ([\d,]+) objects?")


def storm(stage: Stage, receivers: Sequence[str], namespaces: int, pods: int) -> None:
    """So many Pods crash in each of so many namespaces; each namespace is a group of each receiver."""
    for receiver in receivers:
        for namespace in range(namespaces):
            crashes = [crash(stage, f"web-{n}", namespace=f"shop-{namespace}") for n in range(pods)]
            record(stage, crashes, route(receiver), ending=MOMENT)


def told(chats: ReceiverServer, *receivers: str) -> tuple[int, int]:
    """How many events, on how many objects, by the numbers that people read."""
    found = [EVENTS.findall(message.text)[-1] for name in receivers for message in chats.accepted(name)]
    return sum(int(n.replace(",", "")) for n, _ in found), sum(int(n.replace(",", "")) for _, n in found)


def most_in_a_minute(chats: ReceiverServer, *receivers: str) -> int:
    times = sorted(message.at for name in receivers for message in chats.accepted(name))
    return max(sum(first <= time < first + 60 for time in times) for first in times)


def test_a_storm_is_eighteen_messages_and_a_digest_with_exact_sums(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN 40 groups of 10 Pods each
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    storm(stage, ["sre"], namespaces=40, pods=10)
    began = clock.now
    # WHEN
    stage.run()
    # THEN the robot never had to refuse
    assert not chats.answered("throttled", "sre")
    assert most_in_a_minute(chats, "sre") <= 18
    # THEN the first 18 groups are told one by one, the others together, as soon as a slot is free
    messages = chats.accepted("sre")
    assert len(messages) == 19
    digest = messages[-1]
    assert digest.title == "HIGH · 22 groups: 220 events on 220 objects (prod-eu)"
    assert digest.text.count("\n- HIGH · BackOff: 10 objects in shop-") == 22
    assert digest.at == pytest.approx(began + 30 + 75, abs=2)
    assert told(chats, "sre") == (400, 400)
    assert not stage.dead_letters("sre")
    assert (counted("Merged"), counted("Delivered")) == (22, 19)


def test_two_receivers_on_one_robot_share_its_limit(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN a robot that two receivers know by URLs which differ in nothing that matters
    url = chats.add_robot("sre")
    stage.add_dingtalk("sre", {"url": url, "secret": ""})
    stage.add_dingtalk("dba", {"url": f"{url}&timestamp=1&sign=old"})
    storm(stage, ["sre", "dba"], namespaces=15, pods=3)
    # WHEN
    stage.run()
    # THEN
    assert not chats.answered("throttled", "sre")
    assert most_in_a_minute(chats, "sre") <= 18
    assert told(chats, "sre") == (90, 90)
    assert len(stage.records("digest#")) == 2


def test_invocations_side_by_side_share_it_too(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN a second environment, which works whenever the first has just posted
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.add_dingtalk("dba", stage.secret_of("sre"))
    environments = stage.cold_start(), stage.cold_start()
    storm(stage, ["sre", "dba"], namespaces=12, pods=2)
    busy = False

    def meanwhile() -> None:
        nonlocal busy
        if not busy:
            busy = True
            stage.invoke("dba", environments[1])
            busy = False

    stage.when_told = meanwhile
    # WHEN
    stage.run(delivery=environments[0])
    # THEN
    assert not chats.answered("throttled", "sre")
    assert most_in_a_minute(chats, "sre") <= 18
    assert told(chats, "sre") == (48, 48)


def test_while_a_digest_waits_everything_joins_it(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN one that waits
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    stage.send("sre", notification(id="1"))
    stage.send("sre", notification(id="2"))
    stage.invoke("sre")
    assert len(chats.accepted("sre")) == 1
    # WHEN another comes when the slot is free, but the timer has not fired
    clock.advance(75)
    stage.forget()
    stage.send("sre", notification(id="3"))
    stage.invoke("sre")
    # THEN it is not told before those that wait
    assert len(chats.accepted("sre")) == 1
    assert digest_of(stage).groups == 2


def test_a_digest_whose_wake_up_was_lost_is_told_once_more_joins_it(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN one that waits, and a queue that somebody has purged
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    stage.send("sre", notification(id="1"))
    stage.send("sre", notification(id="2"))
    stage.invoke("sre")
    stage.forget()
    # WHEN
    clock.advance(OVERDUE + 80)
    stage.send("sre", notification(id="3"))
    stage.run()
    # THEN
    assert [message.title for message in chats.accepted("sre")][1:] == [
        "CRITICAL · 2 groups: 14 events on 2 objects (prod-eu)"
    ]


def digest_of(stage: Stage, receiver: str = "sre") -> Digest:
    key = digest_key(receiver)
    return decode_digest(stage.table.read([key])[key].state)


def test_a_second_copy_of_what_has_joined_is_known(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN a function that dies after a notification has joined, before the record of it
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    stage.send("sre", notification(id="1"))
    stage.invoke("sre")
    stage.send("sre", notification(id="2"))
    stage.dies_after = stage.steps + 7  # claim, digest, secret, slots, digest, wake-up, put
    stage.invoke("sre")
    assert digest_of(stage).groups == 1
    # WHEN
    stage.run()
    # THEN
    assert len(chats.accepted("sre")) == 2
    assert counted("Duplicates") == 1


def test_a_digest_without_a_slot_waits_on(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN a digest that waits, and another receiver of the robot that takes the slot
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    stage.add_dingtalk("dba", stage.secret_of("sre"), messages_per_minute=3)
    for number in range(3):
        stage.send("sre", notification(id=f"{number}"))
    stage.invoke("sre")
    clock.advance(75.5)
    stage.send("dba", notification(id="other", receiver="dba"))
    stage.invoke("dba")
    # WHEN
    stage.invoke("sre")
    assert len(chats.accepted("sre")) == 2
    stage.run()
    # THEN
    assert [message.title for message in chats.accepted("sre")][2:] == [
        "CRITICAL · 2 groups: 14 events on 2 objects (prod-eu)"
    ]
    assert not chats.answered("throttled", "sre")


def test_a_digest_whose_slot_has_grown_old_takes_another_one(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN a digest of two, and a table that is slow once it has given it a slot
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    for number in range(3):
        stage.send("sre", notification(id=f"{number}"))
    stage.invoke("sre")
    slow = [0.0, 20.0]  # the slot, the digest
    clock.advance(75.5)
    stage.dynamodb.meta.events.register(
        "before-call.dynamodb.PutItem", lambda **_: clock.advance(slow.pop(0) if slow else 0.0)
    )
    stage.invoke("sre")
    # WHEN the next message comes as soon as that slot is free again
    clock.advance(56)
    stage.send("sre", notification(id="next"))
    stage.run()
    # THEN the robot is not asked twice in a minute
    assert most_in_a_minute(chats, "sre") == 1
    assert len(chats.accepted("sre")) == 3
    assert not stage.dead_letters("sre")


def test_a_digest_that_the_robot_refuses_is_put_off(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN a digest of two
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    for number in range(3):
        stage.send("sre", notification(id=f"{number}"))
    stage.invoke("sre")
    # WHEN the robot is locked after all, and more comes meanwhile
    chats.inject("sre", 1, "throttled")
    stage.run(until=clock.now + 80)
    stage.send("sre", notification(id="late"))
    stage.run()
    # THEN nothing is lost or told twice: the late one by itself, the digest after its wait
    titles = [message.title for message in chats.accepted("sre")][1:]
    assert sorted(titles) == [
        "CRITICAL · 2 groups: 14 events on 2 objects (prod-eu)",
        "CRITICAL · BackOff: Pod shop/web-1 (prod-eu)",
    ]
    assert not stage.dead_letters("sre")


def test_a_refused_digest_is_a_dead_letter_with_all_that_it_held(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    for number in range(3):
        stage.send("sre", notification(id=f"{number}"))
    stage.invoke("sre")
    chats.inject("sre", 1, "keywords")
    stage.run()
    (letter,) = stage.dead_letters("sre")
    message = decode_message(letter["body"])
    assert isinstance(message, NotificationMessage)
    assert (message.notification.groups, message.notification.events) == (2, 14)
    # WHEN somebody has repaired the robot
    stage.redrive("sre", letter)
    stage.run()
    assert len(chats.accepted("sre")) == 2


def test_a_digest_leads_to_all_events_of_its_time(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    storm(stage, ["sre"], namespaces=3, pods=1)
    stage.run()
    assert "[Dashboards](https://search.example.com/_dashboards/app/" in chats.accepted("sre")[1].text


def test_sns_has_no_limit_unless_somebody_sets_one(stage: Stage, clock: Clock) -> None:
    subscriber = stage.add_sns("mail")
    storm(stage, ["mail"], namespaces=20, pods=1)
    stage.run()
    assert len(bodies(stage, subscriber)) == 20
    assert not stage.records("limit#")
    # WHEN
    subscriber = stage.add_sns("slow", messages_per_minute=5)
    storm(stage, ["slow"], namespaces=8, pods=1)
    stage.run()
    assert len(bodies(stage, subscriber)) == 4
    assert len(stage.records("limit#")) == 1


def bodies(stage: Stage, url: str) -> list[str]:
    found: list[str] = []
    while messages := stage.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
    return found


def test_a_digest_that_cannot_be_read_holds_up_only_what_needs_it(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN an item of a release to come
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    key = digest_key("sre")
    assert stage.table.write(key, b"\x09new", version=0, expires=clock.now + 60)
    stage.send("sre", notification(id="1"))
    stage.send("sre", notification(id="2"))
    # WHEN
    stage.invoke("sre")
    # THEN what has a slot is told, what has none is handed back, and nothing is written over
    assert len(chats.accepted("sre")) == 1
    assert counted("Failed") == 1
    assert stage.table.read([key])[key].state == b"\x09new"
    # THEN its wake-up is poison
    send_wake_up(stage, "sre", WakeUp(key=key, generation=1, due=clock.now))
    stage.invoke("sre")
    assert [letter["code"] for letter in stage.dead_letters("sre")] == ["poison"]
    # WHEN it is gone
    clock.advance(61 + KEPT)
    stage.send("sre", notification(id="3"))
    stage.run()
    assert len(chats.accepted("sre")) >= 2


def test_a_missing_secret_keeps_the_digest_as_a_message_that_waits(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN a digest, and a secret that somebody has emptied
    arn = stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    good = stage.secrets.get_secret_value(SecretId=arn)["SecretString"]
    for number in range(3):
        stage.send("sre", notification(id=f"{number}"))
    stage.invoke("sre")
    stage.secrets.put_secret_value(SecretId=arn, SecretString="{}")
    # WHEN
    stage.run(until=clock.now + 80)
    assert counted("Misconfigured") == 1
    stage.secrets.put_secret_value(SecretId=arn, SecretString=good)
    stage.run()
    # THEN
    assert [message.title for message in chats.accepted("sre")][1:] == [
        "CRITICAL · 2 groups: 14 events on 2 objects (prod-eu)"
    ]


def test_without_time_a_digest_is_left_for_the_next_invocation(
    stage: Stage, clock: Clock, chats: ReceiverServer
) -> None:
    # GIVEN
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, messages_per_minute=3)
    for number in range(3):
        stage.send("sre", notification(id=f"{number}"))
    stage.invoke("sre")
    clock.advance(76)
    # WHEN
    stage.invoke("sre", seconds=10.0)
    # THEN it comes again within seconds
    assert digest_of(stage).groups == 2
    assert stage.hidings == [3]
    stage.run()
    assert len(chats.accepted("sre")) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://HOOKS.example.com/robot/send?access_token=a",
        "https://hooks.example.com/robot/send/?access_token=a",
        "https://hooks.example.com/robot/send?timestamp=1&access_token=a&sign=x%2By",
    ],
)
def test_an_address_is_what_does_not_change_from_post_to_post(stage: Stage, url: str) -> None:
    stage.add_dingtalk("plain", {"url": "https://hooks.example.com/robot/send?access_token=a"})
    stage.add_dingtalk("same", {"url": url})
    stage.add_dingtalk("other", {"url": "https://hooks.example.com/robot/send?access_token=b"})
    budget = TimeBudget(stage.context)
    plain, same, other = (stage.channel_of(name).address(budget) for name in ("plain", "same", "other"))
    assert plain == same != other
