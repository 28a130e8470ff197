"""The judge of the tests below: what it excuses, and what not."""

from __future__ import annotations

from tests.cluster.account import END, Asked, Gap, State, Write, find_gaps, judge


def state(uid: str, version: int, message: str = "") -> State:
    return State(uid, version, message or f"{uid} at {version}")


def writes(*states: State, epoch: int = 0) -> list[Write]:
    return [Write(each, float(each.version), epoch) for each in states]


A1, A5, A9, B2 = state("a", 1), state("a", 5), state("a", 9), state("b", 2)
HELD = {"a": A9, "b": B2}


def test_everything_arrived() -> None:
    account = judge(writes(A1, A5, A9, B2), HELD, [A1, A5, A9, B2, A5], [])
    assert account.complete
    assert (account.written, account.duplicated, account.excused, account.unknown) == (4, 1, (), 0)


def test_a_final_state_is_never_excused() -> None:
    account = judge(writes(A1, A5, A9, B2), HELD, [A1, A5, A9], [Gap(0, 0, END)])
    assert account.missing_final == (B2,)
    assert not account.complete


def test_a_state_that_was_written_over_is_promised_where_somebody_watched() -> None:
    account = judge(writes(A1, A5, A9, B2), HELD, [A1, A9, B2], [Gap(0, 5, 9)])
    assert account.missing == (A5,)


def test_a_state_that_was_written_over_within_a_gap_is_excused() -> None:
    account = judge(writes(A1, A5, A9, B2), HELD, [A1, A9, B2], [Gap(0, 4, 9)])
    assert account.complete
    assert [write.state for write in account.excused] == [A5]


def test_a_state_of_a_gap_that_was_still_there_when_it_was_listed_is_promised() -> None:
    # GIVEN a list at version 8: the object was in its state of version 5 then
    account = judge(writes(A1, A5, A9, B2), HELD, [A1, A9, B2], [Gap(0, 4, 8)])
    assert account.missing == (A5,)


def test_gaps_hold_for_the_server_before_or_after_a_restore() -> None:
    account = judge([*writes(A1, A5), *writes(A9, B2, epoch=1)], HELD, [A5, A9, B2], [Gap(1, 0, 9)])
    assert account.missing == (A1,)


def test_a_version_that_comes_again_after_a_restore_is_another_state() -> None:
    before, after = state("a", 5, "before"), state("a", 5, "after")
    written = [*writes(before), *writes(after, epoch=1)]
    assert judge(written, {"a": after}, [before], []).missing_final == (after,)
    assert judge(written, {"a": after}, [after], []).missing == (before,)
    assert judge(written, {"a": after}, [after], [], frozenset({before})).taken_back == 1


def test_a_delivery_that_nobody_wrote_down_is_counted() -> None:
    assert judge(writes(B2), {"b": B2}, [A1, B2], []).unknown == 1


def test_a_first_list_leaves_a_gap_from_the_beginning() -> None:
    asked = [Asked(1, "list"), Asked(2, "list"), Asked(3, "watch", 10), Asked(4, "watch", 30)]
    assert find_gaps(asked) == [Gap(0, 0, 10)]


def test_a_list_after_a_410_leaves_a_gap_from_the_version_that_was_refused() -> None:
    asked = [Asked(1, "watch", 10), Asked(2, "watch", 30), Asked(3, "list"), Asked(4, "watch", 50)]
    assert find_gaps(asked) == [Gap(0, 30, 50)]


def test_a_checkpoint_leaves_no_gap() -> None:
    # GIVEN a leader that died in its list, and the next one goes on from before it
    asked = [Asked(1, "watch", 30), Asked(2, "list"), Asked(3, "watch", 20)]
    assert find_gaps(asked) == []


def test_after_a_restore_versions_of_before_mean_nothing() -> None:
    asked = [Asked(1, "watch", 90), Asked(3, "watch", 95), Asked(4, "list"), Asked(5, "watch", 60)]
    assert find_gaps(asked, restored_at=[2]) == [Gap(1, 0, 60)]


def test_a_checkpoint_that_was_restored_with_the_rest_leaves_no_gap() -> None:
    assert find_gaps([Asked(1, "watch", 90), Asked(3, "watch", 40)], restored_at=[2]) == []


def test_a_list_without_an_end_is_a_gap_without_an_end() -> None:
    assert find_gaps([Asked(1, "watch", 10), Asked(2, "list")]) == [Gap(0, 10, END)]
