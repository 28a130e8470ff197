"""What waits for its channel becomes one message."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.grouping.digest import (
    MAX_PARTS,
    Digest,
    digest_key,
    flush_digest,
    join,
    knows_id,
    postpone,
)
from eventcore.grouping.encoding import decode_digest, encode_state
from eventcore.grouping.timer import OVERDUE
from eventcore.notification import Notification, Said
from eventcore.queue_message import NotificationMessage, encode_message
from tests.eventcore.grouping.play import MOMENT, NOW, REF, START, Play, arrives
from tests.fixtures.receivers import member, notification


def joined(*notifications: Notification, due: float = NOW + 60) -> Digest:
    """The digest that holds these."""
    digest: Digest | None = None
    for at, each in enumerate(notifications):
        after = join(digest, each, receiver="sre", due=due + at, now=NOW + at)
        assert after is not None
        digest = decode_digest(encode_state(after))
    assert digest is not None
    return digest


def numbered(number: int, **changes: Any) -> Notification:
    """The notification with this number."""
    return notification(id=f"{number:032x}", **changes)


def test_a_digest_names_its_groups_the_worst_first_and_sums_them_up() -> None:
    digest = joined(
        numbered(1, severity="low", events=5, objects=2, title="BackOff: 2 objects in shop (prod-eu)"),
        numbered(2, severity="critical", events=7, objects=1, cluster="prod-us", route="route.routes[1]"),
        numbered(3, severity="low", events=30, objects=3, at_least=True),
    )
    told = flush_digest(digest, now=NOW + 60).notification
    assert told is not None
    assert told.title == "3 groups: at least 42 events on 6 objects (prod-eu, prod-us)"
    assert (told.events, told.objects, told.groups, told.at_least) == (42, 6, 3, True)
    assert (told.severity, told.cluster, told.route) == ("critical", "", "several routes")
    assert [(part.severity, part.events) for part in told.parts] == [
        ("critical", 7),
        ("low", 30),
        ("low", 5),
    ]
    assert {fact.name: fact.value for fact in told.facts} == {
        "Clusters": "prod-eu, prod-us",
        "Put together": "3 messages of 60 s: the channel takes no more at once",
    }


def test_a_digest_of_one_is_that_one_under_another_id() -> None:
    only = numbered(1)
    told = flush_digest(joined(only), now=NOW + 60).notification
    assert told is not None
    assert told.id != only.id
    assert (told.title, told.members, told.parts) == (only.title, only.members, ())


def test_a_digest_of_ends_is_resolved_and_one_with_news_is_not() -> None:
    ends = [numbered(1, status="resolved"), numbered(2, status="resolved")]
    told = flush_digest(joined(*ends), now=NOW).notification
    assert told is not None
    assert told.status == "resolved"
    told = flush_digest(joined(*ends, numbered(3)), now=NOW).notification
    assert told is not None
    assert told.status == "firing"
    assert [part.status for part in told.parts] == ["firing", "resolved", "resolved"]


def test_a_second_copy_joins_neither_while_it_waits_nor_after_it_was_told() -> None:
    digest = joined(numbered(1), numbered(2))
    assert join(digest, numbered(2), receiver="sre", due=NOW, now=NOW) is None
    flushed = flush_digest(digest, now=NOW + 60).digest
    assert join(flushed, numbered(1), receiver="sre", due=NOW, now=NOW) is None
    assert knows_id(flushed, numbered(2).id)
    assert not knows_id(flushed, numbered(3).id)
    assert not knows_id(None, numbered(3).id)


def test_only_the_first_sets_the_timer() -> None:
    digest = joined(numbered(1), numbered(2), due=NOW + 60)
    assert (digest.key, digest.generation, digest.due) == (digest_key("sre"), 1, NOW + 60)
    later = postpone(digest, due=NOW + 90)
    assert (later.generation, later.due, later.events) == (2, NOW + 90, digest.events)


def test_a_told_digest_is_empty_and_has_another_id_next_time() -> None:
    first = flush_digest(joined(numbered(1), numbered(2)), now=NOW + 60)
    assert first.notification is not None
    assert (first.digest.due, first.digest.groups, first.digest.generation) == (None, 0, 2)
    assert first.digest.outgoing is not None
    assert (first.digest.outgoing.generation, first.digest.outgoing.notification) == (1, first.notification)
    again = join(first.digest, numbered(3), receiver="sre", due=NOW + 120, now=NOW + 70)
    assert again is not None
    assert (again.generation, again.due) == (3, NOW + 120)
    second = flush_digest(again, now=NOW + 120).notification
    assert second is not None
    assert second.id != first.notification.id


def test_a_digest_that_holds_nothing_tells_nothing() -> None:
    empty = flush_digest(joined(numbered(1)), now=NOW).digest
    assert flush_digest(empty, now=NOW + 60).notification is None


def test_a_digest_tells_each_object_and_each_message_once() -> None:
    said = Said(message="connection refused", members=2, severity="medium")
    digest = joined(
        numbered(1, messages=(said,)),
        numbered(2, messages=(said, Said(message="disk full", members=1, severity="critical"))),
    )
    told = flush_digest(digest, now=NOW).notification
    assert told is not None
    assert [(one.message, one.members) for one in told.messages] == [
        ("disk full", 1),
        ("connection refused", 4),
    ]
    assert told.members == (member(),)


def test_a_digest_whose_timer_should_have_fired_long_ago_asks_for_it_once_in_a_while() -> None:
    digest = joined(numbered(0), due=NOW)
    reminded = []
    for number in range(1, 30):
        at = NOW + number * 100
        digest = join(digest, numbered(number), receiver="sre", due=at, now=at) or digest
        reminded.append(digest.reminded)
        assert (digest.generation, digest.due) == (1, NOW)
    first = NOW + OVERDUE + 100
    assert sorted({at for at in reminded if at}) == [first + n * (OVERDUE + 100) for n in range(4)]
    assert flush_digest(digest, now=NOW + 4000).digest.reminded is None


def test_a_digest_of_hostile_texts_still_fits_into_a_queue() -> None:
    # GIVEN events whose texts JSON writes in six times their length
    def noise(length: int) -> str:
        return "\x01" * length

    digest: Digest | None = None
    for number in range(MAX_PARTS + 5):
        for length in (230, 330, 1024):
            play = Play(
                REF._replace(key=f"group#sre#{number}-{length}", values=(("message", noise(32_000)),))
            )
            named = dict.fromkeys(("name", "namespace", "kind"), noise(length))
            play.merge(arrives(f"{number}", ending=MOMENT, reason=noise(length), message=noise(500), **named))
            play.run()
            digest = join(digest, play.messages[0].told, receiver="sre", due=NOW, now=NOW) or digest
            single = NotificationMessage(notification=play.messages[0].told, deliver_by=START)
            assert len(encode_message(single)) < 64 * 1024
    assert digest is not None
    told = flush_digest(digest, now=NOW).notification
    assert told is not None
    assert len(encode_message(NotificationMessage(notification=told, deliver_by=START))) < 256 * 1024


def test_joining_leaves_the_digest_that_it_was_given_as_it_was() -> None:
    digest = joined(numbered(1), numbered(2))
    before = deepcopy(digest)
    join(digest, numbered(3), receiver="sre", due=NOW, now=NOW)
    flush_digest(digest, now=NOW)
    assert digest == before


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=120))
def test_the_sums_of_any_number_of_groups_are_exact(counts: list[tuple[int, int]]) -> None:
    digest: Digest | None = None
    for number, (events, objects) in enumerate(counts):
        each = numbered(number, events=events, objects=objects)
        for _ in range(2):
            digest = join(digest, each, receiver="sre", due=NOW, now=NOW) or digest
    if digest is not None:
        told = flush_digest(digest, now=NOW).notification
        assert told is not None
        assert told.events == sum(events for events, _ in counts)
        assert told.objects == sum(objects for _, objects in counts)
        assert told.groups == len(counts)
        assert len(told.parts) <= MAX_PARTS
