"""That the benchmark of imports measures what it says; its figures are for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.functions_home import ConfigurationServer, FunctionHome
from bench.imports import ImportFailedError, measure, own_share, report
from bench.measuring import Timings
from sandbox.lambda_service.runtime_environment import runtime_python
from tests.packaging.conftest import Builds


@pytest.mark.packaged
def test_handler_is_imported_and_its_clients_are_found(sandbox_builds: Builds, tmp_path: Path) -> None:
    # GIVEN
    server = ConfigurationServer()
    home = FunctionHome("filter_events", sandbox_builds.first["filter_events"], tmp_path, server)
    # WHEN
    found, clients = measure(home, tmp_path, runtime_python(), rounds=1)
    server.close()
    # THEN two of S3: one reads the configuration, one writes dead letters with one try per call
    assert sorted(clients) == ["dynamodb", "s3", "s3", "sqs"]
    assert all(timings.median > 0 for timings in found.values())
    assert "own share of import boto3" in report(found, clients)[-1]


@pytest.mark.packaged
def test_handler_that_cannot_be_imported_says_why(sandbox_builds: Builds, tmp_path: Path) -> None:
    # GIVEN a handler whose settings are gone
    server = ConfigurationServer()
    home = FunctionHome("notify", sandbox_builds.first["notify"], tmp_path, server)
    del home.variables["STATE_TABLE"]
    # WHEN / THEN
    with pytest.raises(ImportFailedError, match="STATE_TABLE"):
        measure(home, tmp_path, runtime_python(), rounds=1)
    server.close()


def test_own_share_is_taken_within_each_round() -> None:
    # GIVEN a machine that is twice as slow in the second round
    found = {
        "boto3": Timings((0.2, 0.4, 0.2)),
        "clients": Timings((0.4, 0.8, 0.4)),
        "handler": Timings((0.45, 0.9, 0.45)),
    }
    # THEN
    assert own_share(found) == pytest.approx(0.25)
