"""Events join a group: members in their newest state, whatever the order, and a bounded number of them."""

from __future__ import annotations

import random
from copy import deepcopy

from msgspec.structs import replace

from eventcore.grouping.arrival import Recovery
from eventcore.grouping.encoding import decode_group, encode_state
from eventcore.grouping.flush import flush
from eventcore.grouping.group import MAX_MEMBERS, Group
from eventcore.grouping.member import MAX_BYTES
from eventcore.grouping.merge import known_count, merge
from tests.eventcore.grouping.play import (
    MOMENT,
    NOW,
    RECOVERS,
    REF,
    Play,
    arrives,
    happened,
    recovers,
)


def test_a_state_that_is_known_changes_nothing() -> None:
    play = Play()
    play.merge(arrives(count=3))
    assert play.merge(arrives(count=3)) is None
    assert play.merge(arrives(count=2), arrives(count=1)) is None
    assert play.merge() is None


def test_nothing_for_a_group_that_is_not_there_makes_none() -> None:
    assert merge(None, REF, [], [recovers(at=5)], now=NOW) is None


def test_a_group_knows_how_often_what_it_has_merged_happened() -> None:
    play = Play()
    play.merge(arrives(count=3))
    assert known_count(play.group, happened(count=4)) == 3
    assert (known_count(play.group, happened("b")), known_count(None, happened())) == (0, 0)


def test_a_recovery_changes_a_group_only_if_it_ends_something_in_it() -> None:
    play = Play()
    play.merge(arrives("a", at=10, ending=RECOVERS), arrives("b", ending=MOMENT))

    def changes(group: Group | None, recovery: Recovery) -> bool:
        return merge(group, REF, [], [recovery], now=NOW + 20) is not None

    assert changes(play.group, recovers("a", at=10))
    assert not changes(play.group, recovers("a", at=9))
    assert not changes(play.group, recovers("b", at=10))
    assert not changes(play.group, recovers("c", at=10))
    assert not changes(None, recovers("a", at=10))


def test_merging_leaves_the_group_that_it_was_given_as_it_was() -> None:
    play = Play()
    play.merge(*(arrives(str(n), at=n, ending=RECOVERS) for n in range(MAX_MEMBERS)))
    play.run(until=100)
    group = play.known
    before = deepcopy(group)
    merge(
        group,
        REF,
        [arrives(str(n), count=2, at=200) for n in range(150, 250)],
        [recovers("3", at=300)],
        now=NOW + 300,
    )
    flush(
        group,
        now=NOW + 700,
        silenced=lambda member: member.uid == "1",
        inhibited=lambda _: False,
        send_resolved=True,
        links=lambda _, __: (),
    )
    assert group == before


def test_a_storm_beyond_the_bound_is_told_as_at_least() -> None:
    play = Play()
    for batch in range(5):
        play.merge(*(arrives(f"{batch}-{n}", ending=MOMENT) for n in range(100)), at=batch)
    play.run()
    [message] = play.messages
    # 200 are remembered, and no batch held more than 100 others: at least so many, by a count that a batch
    # which is delivered twice cannot raise.
    assert (message.told.events, message.told.objects, message.told.at_least) == (300, 200, True)
    assert message.told.title == "BackOff: at least 200 objects in shop (prod-eu)"
    assert len(message.told.members) == 20


def test_a_full_group_forgets_who_was_told_longest_ago_and_is_over() -> None:
    play = Play()
    play.merge(arrives("oldest", ending=MOMENT), arrives("open", ending=RECOVERS), at=0)
    play.merge(*(arrives(str(n), ending=MOMENT) for n in range(MAX_MEMBERS - 2)), at=1)
    play.run(until=100)
    play.merge(arrives("new", at=500, ending=MOMENT), at=500)
    assert len(play.known.members) == MAX_MEMBERS
    assert "oldest" not in play.known.members
    assert {"open", "new", "0"} <= play.known.members.keys()
    play.run(until=1000)
    assert play.told() == [(30.0, "firing", 200, 200), (530.0, "firing", 1, 1)]


def test_a_full_group_makes_room_for_what_is_worse() -> None:
    play = Play()
    play.merge(*(arrives(str(n), severity="low", ending=MOMENT) for n in range(MAX_MEMBERS)), at=0)
    play.merge(arrives("dead", severity="critical", ending=MOMENT), at=1)
    play.run()
    [message] = play.messages
    assert message.told.severity == "critical"
    assert message.told.members[0].uid == "dead"
    assert (message.told.events, message.told.at_least) == (201, True)


def test_what_no_longer_fits_beside_problems_that_go_on_is_told_by_its_number() -> None:
    play = Play()
    play.merge(*(arrives(str(n), ending=RECOVERS) for n in range(MAX_MEMBERS)), at=0)
    play.merge(arrives("one more", at=100, severity="critical"), at=100)
    play.run(until=400)
    assert play.told() == [(30.0, "firing", 200, 200), (330.0, "firing", 1, 200)]
    assert play.messages[1].told.at_least


def test_a_full_group_is_small_in_the_table() -> None:
    # GIVEN the events of 200 Pods, as a Deployment makes them.
    rnd = random.Random(7)  # noqa: S311 - the same noise each time

    def pod(number: int) -> str:
        return f"checkout-service-{rnd.getrandbits(40):010x}-{rnd.getrandbits(24):06x}"

    play = Play()
    for number in range(MAX_MEMBERS):
        name, uid = pod(number), f"{rnd.getrandbits(128):032x}"
        play.merge(
            arrives(
                uid,
                name=name,
                labels={"app": "checkout", "pod-template-hash": f"{rnd.getrandbits(40):x}"},
                count=rnd.randrange(9999),
                node=f"ip-10-0-{rnd.randrange(255)}-{rnd.randrange(255)}.eu-central-1.compute.internal",
                message=f"Back-off restarting failed container app in pod {name}_shop({uid}): {'x' * 300}",
            )
        )
    play.fire(at=30)
    assert play.state is not None
    # THEN it takes some 20 KB, with the message that it told last.
    assert len(play.state) < 30 * 1024


def test_a_group_of_hostile_texts_still_fits_into_an_item() -> None:
    rnd = random.Random(7)  # noqa: S311 - the same noise each time

    def noise(length: int) -> str:
        return "".join(chr(rnd.randrange(0x4E00, 0x9FFF)) for _ in range(length))

    group: Group | None = None
    for number in range(MAX_MEMBERS):
        arrival = arrives(
            f"{number}-{noise(300)}",
            name=noise(340),
            namespace=noise(340),
            kind=noise(340),
            labels={noise(300): noise(300) for _ in range(5)},
            message=noise(9000),
            reason=noise(340),
            node=noise(340),
            type=noise(340),
            inhibitors=tuple(f"source#{rnd.getrandbits(128):032x}" for _ in range(100)),
        )
        group = merge(group, REF, [arrival], [], now=NOW) or group
    assert group is not None
    flushed = flush(
        group,
        now=NOW + 30,
        silenced=lambda _: False,
        inhibited=lambda _: False,
        send_resolved=True,
        links=lambda _, __: (),
    )
    assert len(encode_state(flushed.group)) < MAX_MEMBERS * MAX_BYTES + 60_000 < 400 * 1024


def test_labels_are_kept_for_silences_unless_they_are_too_long() -> None:
    play = Play()
    play.merge(arrives("a", labels={"app": "web"}), arrives("b", labels={"app": "x" * 2000}))
    assert play.known.members["a"].labels == {"app": "web"}
    assert play.known.members["b"].labels == {}
    assert play.known.members["b"].name == "web-b"


def test_the_route_of_a_group_is_the_one_that_the_rules_have_now() -> None:
    play = Play()
    play.merge(arrives("a"))
    changed = replace(play.ref.route, route="route.routes[7]")
    play.ref = play.ref._replace(route=changed)
    play.merge(arrives("b"))
    assert play.known.route == changed


def test_a_group_comes_back_from_the_table_as_it_went() -> None:
    play = Play()
    merged = play.merge(*(arrives(str(n)) for n in range(50)))
    assert merged is not None
    assert decode_group(encode_state(merged)) == merged
