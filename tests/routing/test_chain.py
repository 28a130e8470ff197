"""From the stream to the chat, by a clock: what an operator of Alertmanager expects, and what he does not get
there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventcore.queue_message import WakeUp, encode_message
from eventcore.silences import KEY_PREFIX, KIND, Silence, encode_silence, parse_matchers
from tests.fixtures.state_table import TABLE
from tests.routing.chain import Chain, happens, rules


def titles(chain: Chain, receiver: str = "sre") -> list[str]:
    return [message.title for message in chain.chats.accepted(receiver)]


def times(chain: Chain, began: float, receiver: str = "sre") -> list[float]:
    return [round(message.at - began) for message in chain.chats.accepted(receiver)]


def test_a_thousand_repeats_of_one_back_off_are_one_message_and_then_one_per_interval(chain: Chain) -> None:
    # GIVEN a thousand repeats within a minute, and one per second for three minutes more
    began = chain.clock.now
    for count in range(0, 1000, 50):
        chain.stream(*(happens(chain, count=count + n + 1) for n in range(50)))
        chain.run(until=chain.clock.now + 3)
    for second in range(9):
        chain.stream(happens(chain, count=1001 + second))
        chain.run(until=chain.clock.now + 20)
    # WHEN nothing happens any more
    chain.run()
    # THEN there is one message within group_wait, and another when it is over
    assert times(chain, began)[0] == pytest.approx(10, abs=1)
    assert titles(chain) == [
        "HIGH · BackOff: Pod shop/web-1 (prod-eu)",
        "RESOLVED · BackOff: Pod shop/web-1 (prod-eu)",
    ]
    assert chain.total("sre") == 1009


def test_a_storm_of_new_problems_is_one_message_per_group_interval(chain: Chain) -> None:
    began = chain.clock.now
    for batch in range(10):
        chain.stream(*(happens(chain, f"web-{batch}-{n}", reason="Killing") for n in range(15)))
        chain.run(until=chain.clock.now + 20)
    chain.run()
    assert times(chain, began) == [10, 70, 130, 190]
    assert chain.total("sre") == 150


def test_a_problem_that_recovers_is_resolved(chain: Chain) -> None:
    # GIVEN a node that is not ready, told
    began = chain.clock.now
    chain.stream(happens(chain, "node-1", kind="Node", namespace="", reason="NodeNotReady"))
    chain.run(until=began + 600)
    # WHEN the node is ready, as the kubelet says about a node with another uid
    chain.stream(happens(chain, "node-1", kind="Node", namespace="", reason="NodeReady", type="Normal"))
    chain.run(until=began + 800)
    # THEN
    assert [title for title in titles(chain) if "NodeNotReady" in title] == [
        "HIGH · NodeNotReady: Node node-1 (prod-eu)",
        "RESOLVED · NodeNotReady: Node node-1 (prod-eu)",
    ]


def test_a_recovery_that_comes_with_its_problem_leaves_nothing_to_tell(chain: Chain) -> None:
    chain.rules = rules({"routes": [{"match": {"type": ["Warning"]}, "receiver": "sre"}]})
    chain.stream(
        happens(chain, reason="FailedScheduling"),
        happens(chain, reason="Scheduled", type="Normal"),
    )
    chain.run(until=chain.clock.now + 120)
    assert [title for title in titles(chain) if "FailedScheduling" in title] == []


INHIBIT = [
    {
        "source": {"reason": ["NodeNotReady"]},
        "target": {"involvedObject": {"kind": ["Pod"]}},
        "equal": ["cluster.name", "node"],
    }
]


def test_a_dead_node_silences_the_pods_that_died_with_it(chain: Chain) -> None:
    # GIVEN
    began = chain.clock.now
    chain.rules = rules(inhibit=INHIBIT)
    node = {"source": {"component": "kubelet", "host": "node-1"}, "reportingInstance": "node-1"}
    other = {"source": {"component": "kubelet", "host": "node-2"}, "reportingInstance": "node-2"}
    # WHEN the Pods of the node and one of another node are in trouble, in whatever order
    chain.stream(
        *(happens(chain, f"web-{n}", reason="Unhealthy", **node) for n in range(3)),
        happens(chain, "api-1", namespace="pay", reason="Unhealthy", **other),
        happens(chain, "node-1", kind="Node", namespace="", reason="NodeNotReady", **node),
    )
    chain.run(until=began + 300)
    # THEN the node and the other Pod are told
    assert sorted(titles(chain)) == [
        "HIGH · NodeNotReady: Node node-1 (prod-eu)",
        "MEDIUM · Unhealthy: Pod pay/api-1 (prod-eu)",
    ]
    # WHEN the node comes back, and the Pods go on to be in trouble
    chain.stream(
        happens(chain, "node-1", kind="Node", namespace="", reason="NodeReady", type="Normal", **node),
        *(happens(chain, f"web-{n}", count=2, reason="Unhealthy", **node) for n in range(3)),
    )
    chain.run(until=began + 500)
    # THEN they are told
    assert "MEDIUM · Unhealthy: 3 objects in shop (prod-eu)" in titles(chain)


def silence(chain: Chain, *matchers: str, seconds: float) -> None:
    """As `kube-events silence add` puts it."""
    start = datetime.fromtimestamp(chain.clock.now, UTC)
    made = Silence(
        id="5f0c",
        matchers=parse_matchers(matchers),
        starts_at=start,
        ends_at=datetime.fromtimestamp(chain.clock.now + seconds, UTC),
        created_by="ann",
        comment="we know",
        created_at=start,
    )
    chain.dynamodb.put_item(
        TableName=TABLE,
        Item={
            "pk": {"S": f"{KEY_PREFIX}{made.id}"},
            "kind": {"S": KIND},
            "silence": {"S": encode_silence(made)},
        },
    )


def test_what_is_silenced_is_told_when_the_silence_ends_if_it_goes_on(chain: Chain) -> None:
    began = chain.clock.now
    silence(chain, "reason=NodeNotReady", seconds=200)
    chain.stream(happens(chain, "node-1", kind="Node", namespace="", reason="NodeNotReady"))
    chain.stream(happens(chain, reason="Killing"))
    chain.run(until=began + 190)
    assert titles(chain) == ["LOW · Killing: Pod shop/web-1 (prod-eu)"]
    chain.run(until=began + 300)
    assert titles(chain)[1:] == ["HIGH · NodeNotReady: Node node-1 (prod-eu)"]
    assert 200 <= times(chain, began)[1] <= 261


def test_a_mute_time_holds_everything_back_until_it_is_over(chain: Chain) -> None:
    # GIVEN the stage's ten past two, and a night until six
    began = chain.clock.now
    chain.rules = rules(
        {"receiver": "sre", "routes": [{"receiver": "sre", "mute_time_intervals": ["night"]}]},
        time_intervals=[
            {"name": "night", "time_intervals": [{"times": [{"start_time": "02:00", "end_time": "06:00"}]}]}
        ],
    )
    # WHEN Pods are in trouble all night, and one recovers
    for hour in range(3):
        chain.stream(*(happens(chain, f"web-{hour}-{n}", reason="FailedScheduling") for n in range(5)))
        chain.run(until=chain.clock.now + 3600)
    chain.stream(happens(chain, "web-0-0", reason="Scheduled", type="Normal"))
    assert titles(chain) == []
    chain.run(until=began + 4 * 3600)
    # THEN at six there is one message of all of them
    [first] = [each for each in chain.chats.accepted("sre") if "FailedScheduling" in each.title]
    assert round(first.at - began) == 3 * 3600 + 50 * 60
    assert first.total.events == 15
    assert "Held back since: 2026-11-21 02:10 UTC" in first.text.replace("**", "")


def test_what_is_too_old_is_told_in_one_summary_for_each_receiver(chain: Chain) -> None:
    # GIVEN a route by namespace, and events of an outage of two hours
    began = chain.clock.now
    chain.add_robot("ops")
    chain.rules = rules({"receivers": ["sre", "ops"]}, notify_max_age="30m")
    old = [
        happens(chain, f"web-{n}", namespace=f"ns-{n % 7}", count=10, ago=7200 - n * 60) for n in range(40)
    ]
    chain.stream(*old[:25])
    chain.stream(*old[20:], happens(chain, "now"))
    chain.run(until=began + 400)
    # THEN
    for receiver in ("sre", "ops"):
        summaries = [title for title in titles(chain, receiver) if "not told in time" in title]
        assert len(summaries) == 1
        assert "400 events on 40 objects were not told in time" in summaries[0]
        assert len(titles(chain, receiver)) == 2
    # WHEN the same comes again THEN nobody is told a second time, nor of an end
    chain.stream(*old)
    chain.run()
    assert sum("not told in time" in title for title in titles(chain)) == 1


def test_a_repeat_comes_after_a_chain_of_more_than_sixteen_hops(chain: Chain) -> None:
    # GIVEN a problem that goes on, and a repeat_interval of five hours: a message waits a quarter of an hour
    began = chain.clock.now
    chain.rules = rules({"repeat_interval": "5h"})
    chain.stream(happens(chain, "node-1", kind="Node", namespace="", reason="NodeNotReady"))
    # WHEN
    chain.run(until=began + 6 * 3600)
    # THEN
    assert len(titles(chain)) == 2
    assert times(chain, began)[1] == pytest.approx(5 * 3600 + 10, abs=2)
    assert chain.delays.count(900) >= 17


def test_the_stream_delivered_twice_and_in_any_order_tells_the_same(chain: Chain) -> None:
    began = chain.clock.now
    events = [
        happens(chain, f"web-{n % 6}", namespace=f"ns-{n % 2}", count=1 + n // 6, reason="Killing")
        for n in range(36)
    ]
    chain.stream(*events[20:])
    chain.stream(*reversed(events))
    chain.stream(*events[:30:3])
    chain.run(until=began + 3)
    chain.stream(*events)
    chain.run(until=began + 100)
    chain.stream(*events)
    chain.run()
    assert (chain.total("sre"), len(titles(chain)), chain.repeats("sre")) == (36, 2, 0)


def test_a_wake_up_that_is_delivered_twice_tells_once(chain: Chain) -> None:
    chain.stream(happens(chain))
    [group] = chain.groups()
    assert group.due is not None
    wake_up = WakeUp(key=group.key, generation=group.generation, due=group.due)
    chain.send_body("sre", encode_message(wake_up))
    chain.run(until=chain.clock.now + 100)
    assert len(titles(chain)) == 1


def test_a_group_whose_wake_up_was_lost_is_told_once_something_comes_for_it(chain: Chain) -> None:
    # GIVEN a queue that somebody has purged
    chain.stream(happens(chain))
    chain.forget()
    chain.run(until=chain.clock.now + 400)
    assert titles(chain) == []
    # WHEN the next event comes, much later
    chain.clock.advance(600)
    chain.stream(happens(chain, count=2))
    chain.run(until=chain.clock.now + 60)
    # THEN
    assert chain.total("sre") == 2
