"""What happens to API servers: they are restarted, their history is compacted, their store is restored."""

from __future__ import annotations

import pytest

from tests.cluster.scene import Scene

pytestmark = pytest.mark.cluster


def test_everything_arrives_once_while_nothing_happens(scene: Scene) -> None:
    # GIVEN events that are older than the exporter, and some of them repeated
    old = scene.writer.create(250)
    scene.writer.repeat(old[:50], times=2)
    # WHEN
    scene.replica().start()
    scene.settle()
    scene.writer.repeat(scene.writer.create(250), times=3)
    # THEN
    account = scene.settle()
    assert (account.duplicated, account.unknown) == (0, 0)
    # AND of the old ones only the states that the server still had can be missing
    assert account.excused == 100
    assert account.gaps == 1
