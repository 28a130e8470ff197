"""When a group tells what: group_wait, group_interval, repeat_interval, resolved."""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from eventcore.grouping.timer import OVERDUE, overdue
from eventcore.rules.time_interval import TimeInterval
from tests.eventcore.grouping.play import MOMENT, NOW, RECOVERS, Play, arrives, recovers


def test_a_new_group_waits_for_group_wait_and_tells_all_that_came_until_then() -> None:
    play = Play()
    for second in range(10):
        play.merge(arrives(f"pod-{second}", at=second, ending=MOMENT), at=second)
    play.run()
    assert play.told() == [(30.0, "firing", 10, 10)]


def test_more_news_shortens_no_group_wait_that_is_longer_than_group_interval() -> None:
    play = Play(group_wait=400.0, group_interval=60.0)
    play.merge(arrives("a", ending=MOMENT), at=0)
    play.merge(arrives("b", ending=MOMENT), at=10)
    play.run()
    play.merge(arrives("c", ending=MOMENT, at=5000), at=5000)
    play.merge(arrives("d", ending=MOMENT, at=5001), at=5001)
    play.run()
    assert play.told() == [(400.0, "firing", 2, 2), (5400.0, "firing", 2, 2)]


def test_without_a_group_wait_it_tells_at_once() -> None:
    play = Play(group_wait=0.0)
    play.merge(arrives(ending=MOMENT), at=5)
    play.run()
    assert play.told() == [(5.0, "firing", 1, 1)]


def test_news_waits_until_group_interval_has_passed_since_the_message_before() -> None:
    play = Play()
    play.merge(arrives("a"), at=0)
    play.merge(arrives("b", at=40), at=40)
    play.merge(arrives("c", at=50), at=50)
    play.run(until=400)
    assert play.told() == [(30.0, "firing", 1, 1), (330.0, "firing", 2, 2)]


def test_news_after_a_long_rest_waits_for_group_wait_again() -> None:
    play = Play()
    play.merge(arrives("a", ending=MOMENT), at=0)
    play.merge(arrives("b", at=5000, ending=MOMENT), at=5000)
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1), (5030.0, "firing", 1, 1)]
    assert play.known.due is None


def test_a_thousand_repeats_are_one_message_and_then_one_per_repeat_interval() -> None:
    play = Play(repeat_interval=3600.0)
    for count in range(1, 1001):
        play.merge(arrives(count=count, at=count * 0.06), at=count * 0.06)
    play.run()
    # THEN the rest of the thousand is told with its end, ten minutes after the last of them.
    first, last = play.told()
    assert (first[:2], last[:2]) == ((30.06, "firing"), (660.0, "resolved"))
    assert first[2] + last[2] == 1000


def test_a_repeat_is_told_along_with_news() -> None:
    play = Play()
    play.merge(arrives("a"), at=0)
    play.merge(arrives("a", count=5, at=100), at=100)
    play.merge(arrives("b", at=200), at=200)
    play.run(until=400)
    assert play.told() == [(30.0, "firing", 1, 1), (330.0, "firing", 5, 2)]


def test_the_repeat_of_a_moment_is_told_at_the_latest_when_repeat_interval_has_passed() -> None:
    play = Play(repeat_interval=3600.0)
    play.merge(arrives(ending=MOMENT), at=0)
    play.merge(arrives(count=3, at=100, ending=MOMENT), at=100)
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1), (3630.0, "firing", 2, 1)]
    assert play.known.due is None


def test_a_problem_that_goes_on_is_told_again_each_repeat_interval_for_a_day() -> None:
    play = Play(repeat_interval=6 * 3600.0)
    play.merge(arrives(ending=RECOVERS), at=0)
    play.run()
    assert [(at, events, objects) for at, _, events, objects in play.told()] == [
        (30.0, 1, 1),
        (21_630.0, 0, 1),
        (43_230.0, 0, 1),
        (64_830.0, 0, 1),
    ]
    assert play.known.due is None


def test_a_problem_that_recovers_is_told_to_be_over_once() -> None:
    play = Play()
    play.merge(arrives(ending=RECOVERS), at=0)
    play.merge(at=100, over=(recovers(at=95),))
    play.merge(at=400, over=(recovers(at=95),))
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1), (330.0, "resolved", 0, 1)]
    assert play.messages[1].told.members[0].resolved


def test_a_problem_that_has_been_quiet_is_told_to_be_over() -> None:
    play = Play()
    play.merge(arrives(), at=0)
    play.merge(arrives(count=2, at=500), at=500)
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1), (1100.0, "resolved", 1, 1)]


def test_a_problem_that_recovered_before_it_was_told_is_not_told() -> None:
    play = Play()
    play.merge(arrives(ending=RECOVERS), at=0)
    play.merge(at=10, over=(recovers(at=9),))
    play.run()
    assert play.told() == []
    # WHEN it comes again THEN only what is new counts.
    play.merge(arrives(count=2, at=1000, ending=RECOVERS), at=1000)
    play.run(until=1100)
    assert play.told() == [(1030.0, "firing", 1, 1)]


def test_a_problem_that_went_quiet_before_its_turn_is_told_all_the_same() -> None:
    play = Play(group_interval=3600.0)
    play.merge(arrives("a", ending=MOMENT), at=0)
    play.merge(arrives("b", at=60), at=60)
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1), (3630.0, "firing", 1, 1)]
    assert play.messages[1].told.members[0].resolved


def test_a_recovery_before_the_newest_state_ends_nothing() -> None:
    play = Play()
    play.merge(arrives(at=60, ending=RECOVERS), at=61, over=(recovers(at=59),))
    play.run(until=400)
    assert play.told() == [(91.0, "firing", 1, 1)]


def test_a_recovery_ends_only_the_problems_of_its_object_that_it_is_for() -> None:
    play = Play()
    play.merge(arrives("a", ending=RECOVERS), arrives("b", ending=RECOVERS), at=0)
    play.merge(at=50, over=(recovers("a", at=50), recovers("b", at=50, problem="NodeNotReady")))
    play.run(until=400)
    assert play.told() == [(30.0, "firing", 2, 2), (330.0, "resolved", 0, 1)]
    assert {fact.name: fact.value for fact in play.messages[1].told.facts}[
        "Going on"
    ] == "1 object told before"


def test_a_problem_that_comes_again_after_its_end_was_told_is_news() -> None:
    play = Play()
    play.merge(arrives(ending=RECOVERS), at=0)
    play.merge(at=100, over=(recovers(at=95),))
    play.merge(arrives(count=2, at=1000, ending=RECOVERS), at=1000)
    play.run(until=1500)
    assert play.told() == [(30.0, "firing", 1, 1), (330.0, "resolved", 0, 1), (1030.0, "firing", 1, 1)]


def test_a_problem_that_comes_again_before_its_end_was_told_goes_on() -> None:
    play = Play()
    play.merge(arrives(ending=RECOVERS), at=0)
    play.merge(at=100, over=(recovers(at=95),))
    play.merge(arrives(count=2, at=110, ending=RECOVERS), at=110)
    play.run(until=1500)
    assert play.told() == [(30.0, "firing", 1, 1)]


def test_a_late_state_from_before_the_recovery_does_not_bring_the_problem_back() -> None:
    play = Play()
    play.merge(arrives(ending=RECOVERS), at=0)
    play.merge(at=100, over=(recovers(at=95),))
    play.merge(arrives(count=2, at=90, ending=RECOVERS), at=110)
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1), (330.0, "resolved", 1, 1)]


def test_a_late_state_of_a_problem_that_was_taken_for_quiet_brings_it_back() -> None:
    play = Play()
    play.merge(arrives(), at=0)
    play.merge(arrives(count=2, at=300), at=1000)
    play.run(until=1100)
    assert play.told() == [(30.0, "firing", 1, 1), (600.0, "resolved", 0, 1), (1030.0, "firing", 1, 1)]


def test_a_receiver_that_wants_no_resolved_is_not_told_of_an_end() -> None:
    play = Play()
    play.send_resolved = False
    play.merge(arrives(), at=0)
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1)]
    play.merge(arrives(count=2, at=5000), at=5000)
    play.run()
    assert play.told()[1:] == [(5030.0, "firing", 1, 1)]


def test_ends_of_which_nobody_wants_to_know_are_looked_at_no_oftener_than_others() -> None:
    play = Play()
    play.send_resolved = False
    for number in range(100):
        play.merge(arrives(f"pod-{number}", at=number * 2), at=number * 2)
    play.run()
    assert len(play.told()) == 2
    assert all(later - sooner >= 300 for sooner, later in pairwise(play.wake_ups))


def test_a_message_with_an_end_and_news_is_no_resolved_one() -> None:
    play = Play()
    play.merge(arrives("a", ending=RECOVERS), at=0)
    play.merge(arrives("b", at=100, ending=RECOVERS), at=100, over=(recovers("a", at=95),))
    play.run(until=400)
    assert play.told()[1] == (330.0, "firing", 1, 2)
    assert [(member.uid, member.resolved) for member in play.messages[1].told.members] == [
        ("b", False),
        ("a", True),
    ]


def test_what_becomes_worse_is_news_and_what_becomes_as_bad_again_is_not() -> None:
    play = Play()
    play.merge(arrives(severity="medium"), at=0)
    play.merge(arrives(count=2, at=100, severity="high"), at=100)
    play.merge(arrives(count=3, at=400, severity="medium"), at=400)
    play.merge(arrives(count=4, at=500, severity="high"), at=500)
    play.run(until=1000)
    assert [(at, told.severity, told.events) for at, told in play.messages] == [
        (30.0, "medium", 1),
        (330.0, "high", 1),
    ]


def test_a_silenced_problem_that_goes_on_is_told_when_the_silence_ends() -> None:
    play = Play()
    play.silenced = lambda _: True
    play.merge(arrives(ending=RECOVERS), at=0)
    play.run(until=700)
    assert (play.wake_ups, play.told()) == ([30.0, 330.0, 630.0], [])
    play.silenced = lambda _: False
    play.run(until=1000)
    assert play.told() == [(930.0, "firing", 1, 1)]


def test_a_repeat_that_is_silenced_is_looked_at_again_each_group_interval() -> None:
    play = Play(repeat_interval=600.0)
    play.merge(arrives(ending=RECOVERS), at=0)
    play.run(until=100)
    play.silenced = lambda _: True
    play.run(until=1500)
    assert play.wake_ups == [30.0, 630.0, 930.0, 1230.0]
    play.silenced = lambda _: False
    play.run(until=1600)
    assert [at for at, *_ in play.told()] == [30.0, 1530.0]


def test_a_silenced_moment_is_never_told() -> None:
    play = Play()
    play.silenced = lambda _: True
    play.merge(arrives(ending=MOMENT), at=0)
    play.run(until=100)
    play.silenced = lambda _: False
    play.run()
    assert (play.wake_ups, play.told()) == ([30.0], [])


def test_what_was_silenced_is_news_when_it_comes_again_after_the_silence() -> None:
    # GIVEN a moment, and a problem whose recovery was missed for a day
    for ending, silent in ((MOMENT, 100.0), (RECOVERS, 90_000.0)):
        play = Play()
        play.silenced = lambda _: True
        play.merge(arrives(ending=ending), at=0)
        play.run(until=silent)
        play.silenced = lambda _: False
        # WHEN
        play.merge(arrives(count=3, at=95_000, ending=ending), at=95_000)
        play.run(until=95_400)
        # THEN only what came after it counts
        assert play.told() == [(95_030.0, "firing", 2, 1)]


def test_an_inhibited_problem_that_is_over_with_what_inhibited_it_is_never_told() -> None:
    play = Play()
    play.inhibited = lambda member: "source#1" in member.inhibitors
    play.merge(arrives(ending=RECOVERS, inhibitors=("source#1",)), at=0)
    play.merge(at=400, over=(recovers(at=390),))
    play.run()
    assert play.told() == []
    assert play.known.due is None


def test_the_end_of_a_silenced_problem_is_not_told() -> None:
    play = Play()
    play.merge(arrives(ending=RECOVERS), at=0)
    play.run(until=100)
    play.silenced = lambda _: True
    play.merge(at=200, over=(recovers(at=190),))
    play.run()
    assert play.told() == [(30.0, "firing", 1, 1)]


def test_what_is_silenced_beside_what_is_told_is_counted() -> None:
    play = Play()
    play.silenced = lambda member: member.uid == "a"
    play.inhibited = lambda member: member.uid in "bc"
    play.merge(*(arrives(uid) for uid in "abcd"), at=0)
    play.run(until=100)
    [message] = play.messages
    facts = {fact.name: fact.value for fact in message.told.facts}
    assert (facts["Silenced"], facts["Inhibited"]) == ("1 object", "2 objects")
    assert message.told.title == "BackOff: Pod shop/web-d (prod-eu)"


NIGHT = TimeInterval(times=((120, 480),))
"""02:00 to 08:00, and the play begins at 02:00."""


def test_a_mute_time_holds_the_whole_group_back_and_then_all_is_told_at_once() -> None:
    play = Play(mute=(NIGHT,))
    play.merge(arrives("a", ending=MOMENT), arrives("b", ending=RECOVERS), at=0)
    play.merge(arrives("c", at=3000), at=3000, over=(recovers("b", at=2990),))
    play.run()
    eight = 6 * 3600.0
    assert play.told() == [(eight, "firing", 3, 3)]
    assert {member.uid: member.resolved for member in play.messages[0].told.members} == {
        "a": False,
        "b": True,
        "c": True,
    }
    facts = {fact.name: fact.value for fact in play.messages[0].told.facts}
    assert facts["Held back since"] == "2026-11-21 02:00 UTC, by a mute time"


def test_news_during_a_mute_time_wakes_nobody() -> None:
    play = Play(mute=(NIGHT,))
    for minute in range(100):
        play.merge(arrives(f"pod-{minute}", at=minute * 60), at=minute * 60)
    play.run()
    assert len(play.wake_ups) == 2


def test_a_mute_time_that_is_taken_out_of_the_rules_ends_with_the_next_event() -> None:
    play = Play(mute=(NIGHT,))
    play.merge(arrives("a", ending=MOMENT), at=0)
    play.run(until=1000)
    play.ref = play.ref._replace(route=replace(play.ref.route, mute=()))
    play.merge(arrives("b", ending=MOMENT, at=1000), at=1000)
    play.run()
    assert play.told() == [(1030.0, "firing", 2, 2)]


def test_a_group_that_is_told_only_at_day_is_silent_at_night() -> None:
    play = Play(active=(TimeInterval(times=((480, 1080),)),))
    play.merge(arrives(ending=MOMENT), at=0)
    play.run()
    assert play.told() == [(6 * 3600.0, "firing", 1, 1)]


def test_old_events_are_told_in_one_summary_and_never_resolved_nor_repeated() -> None:
    play = Play(kind="old", group_interval=1800.0)
    play.merge(*(arrives(f"pod-{n}", count=10, at=-7200 + n, known=n) for n in range(5)), at=0)
    play.run()
    [message] = play.messages
    assert message.told.title == "40 events on 5 objects were not told in time (00:00–00:00)"
    # WHEN one of them goes on THEN what is more is told with the next summary.
    play.merge(arrives("pod-0", count=12, at=-7100), at=100)
    play.run()
    assert play.told()[1:] == [(1830.0, "firing", 2, 1)]
    assert play.known.due is None


def test_an_edited_route_holds_from_the_next_event_on() -> None:
    play = Play()
    play.merge(arrives("a", ending=MOMENT), at=0)
    play.run()
    play.ref = play.ref._replace(route=replace(play.ref.route, group_interval=60.0))
    play.merge(arrives("b", at=50, ending=MOMENT), at=50)
    play.run()
    assert play.told()[1:] == [(90.0, "firing", 1, 1)]


def test_a_timer_that_never_fired_is_overdue_after_a_while() -> None:
    assert not overdue(None, NOW)
    assert not overdue(NOW, NOW + OVERDUE)
    assert overdue(NOW, NOW + OVERDUE + 1)
