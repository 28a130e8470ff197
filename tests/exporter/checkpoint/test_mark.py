"""The mark: whatever the order in which states are settled, it never passes one that is not."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from exporter.checkpoint.mark import NOTHING, Mark, Segment

sizes = st.lists(st.integers(0, 4), min_size=1, max_size=12)


@given(sizes, st.data())
def test_the_mark_never_passes_an_unsettled_state_and_reaches_the_end(
    states: list[int], data: DataObject
) -> None:
    # GIVEN segments that lead to the versions 1, 2, 3 …, some opened while others are settled
    mark = Mark("0")
    waiting: list[tuple[int, Segment]] = []
    opened = 0
    while opened < len(states) or waiting:
        if opened < len(states) and (not waiting or data.draw(st.booleans())):
            opened += 1
            segment = mark.open(states[opened - 1], str(opened))
            waiting += [(opened, segment)] * states[opened - 1]
        else:
            # WHEN one of all unsettled states is settled
            waiting.pop(data.draw(st.integers(0, len(waiting) - 1)))[1].settle()
        # THEN the mark stands exactly before the first one that is not
        first = min((version for version, _ in waiting), default=opened + 1)
        assert mark.version == str(first - 1)
    assert mark.version == str(len(states))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.randoms())
def test_a_list_in_progress_does_not_move_the_mark(pages: list[int], random: object) -> None:
    # GIVEN
    mark = Mark("7")
    segments = [segment for size in pages for segment in [mark.open(size)] * size]
    random.shuffle(segments)  # type: ignore[attr-defined]
    # WHEN all pages but one state are settled, and the list has ended
    for segment in segments[1:]:
        segment.settle()
        assert mark.version == "7"
    mark.open(0, "100")
    assert mark.version == "7"
    # THEN the last one moves it to the version of the list
    segments[0].settle()
    assert mark.version == "100"


def test_a_list_that_broke_off_leaves_the_mark_where_it_was() -> None:
    mark = Mark("7")
    mark.open(2).settle(2)
    again = mark.open(3)
    mark.open(0, "120")
    assert mark.version == "7"
    again.settle(3)
    assert mark.version == "120"


def test_expiries_during_an_outage_do_not_pile_up() -> None:
    mark = Mark()
    stuck = mark.open(1, "1")
    for version in range(2, 10_000):
        mark.open(0, str(version))
    assert len(mark._segments) == 1
    stuck.settle()
    assert mark.version == "9999"


def test_what_was_read_before_a_reset_moves_the_mark_no_more() -> None:
    mark = Mark("50")
    before = mark.open(1, "60")
    mark.reset()
    assert mark.version == NOTHING
    after = mark.open(1, "3")
    before.settle()
    assert mark.version == NOTHING
    after.settle()
    assert mark.version == "3"


def test_the_lag_is_the_age_of_the_oldest_state_that_is_not_settled() -> None:
    ticks = count(100, 10)
    mark = Mark(clock=lambda: float(next(ticks)))
    assert mark.lag() == 0.0
    first, second = mark.open(1, "1"), mark.open(1, "2")
    assert mark.lag() == 20.0
    first.settle()
    assert mark.lag() == 20.0
    second.settle()
    assert mark.lag() == 0.0
