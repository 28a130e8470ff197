"""What is begun with the first of these tests, because it takes long and little of the processor.

Where several processes share the tests, each of them would begin it: there it begins when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from kube_events.rules.files import compile_file
from tests.end_to_end.routing_path import RoutingPath, deploying
from tests.end_to_end.routing_story import write_rules


@pytest.fixture(scope="session", autouse=True)
def routing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], RoutingPath] | None]:
    """The way to people, for tests/end_to_end/test_routing.py; None where that does not run."""
    if not any(item.path.name == "test_routing.py" for item in request.session.items):
        yield None
        return
    with ExitStack() as stack:

        def begin() -> Callable[[], RoutingPath]:
            work = tmp_path_factory.mktemp("routing")
            rules = work / "rules.yaml"
            write_rules(rules, muted_for=timedelta())
            rules.with_suffix(".compiled.json").write_bytes(compile_file(rules))
            return stack.enter_context(deploying(work, rules))

        def wait_for_all() -> RoutingPath:
            return begin()()

        # pytest-xdist's mark of its workers
        yield wait_for_all if hasattr(request.config, "workerinput") else begin()
