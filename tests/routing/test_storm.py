"""More than a chat takes: two receivers share one robot, and 5,000 problems come within ten seconds."""

from __future__ import annotations

from tests.routing.chain import Chain, happens, rules

NAMESPACES = 50
BATCH = 500


def test_a_storm_stays_below_the_robots_limit_and_its_totals_add_up(chain: Chain) -> None:
    # GIVEN two receivers on one robot, which takes 20 messages a minute
    chain.add_robot("ops", chain.robots["sre"])
    chain.rules = rules({"routes": [{"receiver": "sre", "continue": True}, {"receiver": "ops"}]})
    began = chain.clock.now
    # WHEN 5,000 Pods are evicted within ten seconds, in 50 namespaces
    for second in range(10):
        chain.stream(
            *(
                happens(
                    chain,
                    f"web-{second}-{number}",
                    namespace=f"team-{number % NAMESPACES}",
                    reason="Evicted",
                    type="Warning",
                )
                for number in range(BATCH)
            )
        )
        chain.clock.now = began + second + 1
    chain.run()
    # THEN the robot never got more than two below its limit, and never shut anybody out
    assert chain.most_in_a_minute("sre") <= 18
    assert not chain.chats.answered("throttled")
    # THEN each receiver heard of all of them, in far fewer messages than it has groups
    for route in ("route.routes[0]", "route.routes[1]"):
        messages = [message for message in chain.told("sre") if route in message.text]
        assert sum(message.total.events for message in messages) == 10 * BATCH
        assert len(messages) < NAMESPACES / 2
    assert chain.repeats("sre") == 0
    assert not any(chain.waits(name) or chain.dead_letters(name) for name in chain.receivers)


def test_a_group_beyond_its_bound_says_at_least(chain: Chain) -> None:
    for batch in range(3):
        chain.stream(*(happens(chain, f"web-{batch}-{number}", reason="Evicted") for number in range(150)))
    chain.run()
    [message] = chain.chats.accepted("sre")
    assert message.total.at_least
    assert 200 < message.total.events <= 450
