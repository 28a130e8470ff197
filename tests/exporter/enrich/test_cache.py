"""The cache: bounded in objects and bytes, and nothing in it is older than it may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exporter.enrich.cache import Cache, Missing
from exporter.enrich.metadata import Known
from exporter.enrich.reference import Reference
from tests.fixtures.receivers import Clock


def reference(name: str) -> Reference:
    return Reference("v1", "Pod", "shop", name, f"uid-{name}")


def known(name: str, label: str = "") -> Known:
    return Known(f"uid-{name}", {"app": label}, {}, (), None)


def test_what_was_not_used_for_longest_goes_first(clock: Clock) -> None:
    cache = Cache(2, clock=clock)
    for name in "ab":
        cache.put(reference(name), known(name), 60)
    assert cache.get(reference("a"))
    cache.put(reference("c"), known("c"), 60)
    assert [cache.get(reference(name)) is not None for name in "abc"] == [True, False, True]


def test_what_is_too_old_is_not_there(clock: Clock) -> None:
    cache = Cache(2, clock=clock)
    cache.put(reference("a"), Missing("gone"), 60)
    clock.now += 59
    assert cache.get(reference("a")) == Missing("gone")
    clock.now += 1
    assert cache.get(reference("a")) is None
    assert len(cache) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3000), st.integers(0, 3)),
        max_size=40,
    )
)
def test_it_never_holds_more_than_it_may(puts: list[tuple[str, int, int]]) -> None:
    clock = Clock(1000.0)
    cache = Cache(4, max_bytes=12_000, clock=clock)
    latest = {}
    for name, length, seconds in puts:
        latest[name] = (known(name, "x" * length), clock.now + seconds)
        cache.put(reference(name), latest[name][0], seconds)
        clock.now += 1
        held = {each: cache.get(reference(each)) for each in "abcdefgh"}
        there = [found for found in held.values() if found is not None]
        assert len(there) <= len(cache) <= 4
        assert sum(found.weight for found in there) <= 12_000
        # AND what is there is the latest, and not too old
        for each, found in held.items():
            assert found is None or (found == latest[each][0] and clock.now < latest[each][1])
