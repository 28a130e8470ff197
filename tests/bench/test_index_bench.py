"""The benchmark of the index measures what it says: documents that are new each time, in real batches."""

from __future__ import annotations

import base64

import pytest

from bench.index.observations import batch, observations
from bench.index.server import index_template
from bench.index.speed import Trial, median, ratio
from bench.index.storage import CHOICES
from eventcore.identity import index_name, observation_id
from eventcore.wire import decode


def test_no_observation_comes_twice_and_all_lie_in_one_index() -> None:
    events = [*observations(1000), *observations(1000, first=100_000)]
    assert len(set(map(observation_id, events))) == 2000
    assert {index_name(event) for event in events} <= {"kube-events-2026.11.21", "kube-events-2026.11.22"}


def test_a_batch_is_what_lambda_hands_over() -> None:
    [event] = observations(1)
    [record] = batch([event])["Records"]
    assert decode(base64.b64decode(record["kinesis"]["data"])) == event


@pytest.mark.parametrize("name", [name for name in CHOICES if name != "the template as it is"])
def test_every_choice_is_another_than_the_template(name: str) -> None:
    template = index_template()
    CHOICES[name](template)
    assert template != index_template()


def test_ratios_are_taken_within_a_round() -> None:
    # GIVEN a second round that is ten times as slow for both
    ours = [Trial(1000, 1.25, 0.02), Trial(1000, 12.5, 0.04), Trial(1000, 1.25, 0.03)]
    base = [Trial(1000, 1.0, 0.01), Trial(1000, 10.0, 0.01), Trial(1000, 1.0, 0.01)]
    assert ratio(ours, base) == pytest.approx(0.8)
    assert median(ours, lambda trial: trial.cpu_each) == pytest.approx(30)
