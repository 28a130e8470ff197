"""Tokens of service accounts: they rotate, and old ones end."""

from __future__ import annotations

import pytest

from tests.cluster.scene import Scene

pytestmark = pytest.mark.cluster

REMEMBERED = 10.0
"""Seconds for which the API server remembers a good token (its TokenSuccessCacheTTL)."""


def test_a_token_that_was_rotated_in_time_is_used_when_the_old_one_ends(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    scene.writer.create(50)
    scene.rest()
    # WHEN a kubelet writes a new one, and the old one ends
    scene.installation.revoke_tokens()
    scene.token_file().write_text(scene.installation.token())
    scene.proxy().cut()
    scene.writer.create(50)
    # THEN
    assert scene.settle().excused == ()
    assert replica.running


def test_without_a_token_that_holds_it_says_so_and_goes_on_when_there_is_one(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    scene.writer.create(50)
    scene.rest()
    # WHEN
    scene.installation.revoke_tokens()
    scene.proxy().cut()
    # THEN
    refused = replica.wait_for(
        lambda line: line.get("level") == "ERROR" and "401" in str(line), 3 * REMEMBERED
    )
    scene.tell(f"said: {refused['message']}")
    # WHEN
    names = scene.writer.create(50)
    scene.token_file().write_text(scene.installation.token())
    scene.writer.repeat(names)
    # THEN
    assert scene.settle().excused == ()
