"""Label selectors, as kubectl takes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kube_events.search.selector import Requirement, SelectorError, parse_selector


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("app=web", [("app", "in", ("web",))]),
        ("app==web", [("app", "in", ("web",))]),
        ("app.kubernetes.io/name = web", [("app.kubernetes.io/name", "in", ("web",))]),
        ("app=", [("app", "in", ("",))]),
        ("app!=web", [("app", "notin", ("web",))]),
        ("env in (dev, test)", [("env", "in", ("dev", "test"))]),
        ("env notin (prod)", [("env", "notin", ("prod",))]),
        ("gpu", [("gpu", "exists", ())]),
        ("!gpu", [("gpu", "missing", ())]),
        ("in in (in)", [("in", "in", ("in",))]),
        (
            "app=web, env in (dev,test),!gpu",
            [("app", "in", ("web",)), ("env", "in", ("dev", "test")), ("gpu", "missing", ())],
        ),
    ],
)
def test_each_form_is_understood(text: str, requirements: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert [tuple(each) for each in parse_selector(text)] == requirements


@pytest.mark.parametrize(
    "text", ["", "a=b,", "=web", "a b", "env in dev", "env in (a", "a=b c", "a=(b)", "a<5", "-a=b"]
)
def test_the_part_that_is_none_is_named(text: str) -> None:
    with pytest.raises(SelectorError, match="expected labels such as app=web"):
        parse_selector(text)


@given(st.text(alphabet="ab=!,() in/.-", max_size=20))
def test_nothing_but_its_own_error_is_raised(text: str) -> None:
    try:
        requirements = parse_selector(text)
    except SelectorError:
        return
    assert all(isinstance(each, Requirement) and each.key for each in requirements)
