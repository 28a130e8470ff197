"""What Terraform tells the functions about OpenSearch is what their settings take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from lambdas.common.settings import Settings, read_settings
from lambdas.index_events.settings import IndexSettings
from lambdas.setup_index.settings import SetupSettings
from sandbox.terraform import TerraformProject, checks

INFRA = Path(__file__).resolve().parents[2] / "infra"
FUNCTIONS: dict[str, type[Settings]] = {"index_events": IndexSettings, "setup_index": SetupSettings}

Environments = Mapping[tuple[str, str], dict[str, str]]
"""By run of infra/tests/environment.tftest.hcl and function."""


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """What is planned, without what every function is told by the names of Powertools."""
    project = TerraformProject(INFRA, tmp_path_factory.mktemp("environment"), checks.NO_AWS)
    project.init()
    with project.running_provider():
        told = project.run("test", "-json", "-verbose", "-filter=tests/environment.tftest.hcl").stdout
    messages = [json.loads(line) for line in told.splitlines()]
    planned = {
        (message["@testrun"], function): change["change"]["after"]["environment"][0]["variables"]
        for message in messages
        if message["type"] == "test_plan"
        for function in FUNCTIONS
        for change in message["test_plan"]["resource_changes"]
        if change["address"] == f"module.{function}[0].aws_lambda_function.this"
    }
    return {
        key: {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS_")}
        for key, variables in planned.items()
    }


@pytest.mark.terraform
def test_no_function_is_told_what_it_does_not_know(environments: Environments) -> None:
    assert {run for run, _ in environments} == {"a_domain_made_here", "an_existing_server"}
    for (_, function), told in environments.items():
        known = {field.encode_name for field in msgspec.structs.fields(FUNCTIONS[function])}
        assert set(told) <= known


@pytest.mark.terraform
def test_a_domain_made_here_is_set_up_with_all_that_was_asked_for(environments: Environments) -> None:
    settings = read_settings(SetupSettings, environments["a_domain_made_here", "setup_index"])
    assert (settings.opensearch_auth, settings.access) == ("sigv4", "manage")
    assert (settings.retention_days, settings.warm_after_days, settings.cold_after_days) == (30, 7, 14)
    assert settings.replicas == "0-1"
    assert settings.reader_backend_roles == ("arn:aws:iam::123456789012:role/sre",)
    assert settings.writer_backend_roles == ("arn:aws:iam::123456789012:role/kube-events-index-events",)
    assert settings.admin_backend_roles == ("arn:aws:iam::123456789012:role/kube-events-setup-index",)
    assert settings.dashboards_endpoint == f"{settings.opensearch_endpoint}/_dashboards"
    assert settings.domain_name == "kube-events"
    assert ":secret:kube-events/opensearch-master-" in settings.internal_master_secret_arn


@pytest.mark.terraform
def test_both_functions_count_the_age_of_an_index_alike(environments: Environments) -> None:
    for run in ("a_domain_made_here", "an_existing_server"):
        set_up = read_settings(SetupSettings, environments[run, "setup_index"])
        write = read_settings(IndexSettings, environments[run, "index_events"])
        assert (write.index_period, write.retention_days) == (set_up.index_period, set_up.retention_days)
        assert write.warm_after_days == set_up.warm_after_days


@pytest.mark.terraform
def test_an_existing_server_is_set_up_by_one_user_and_written_by_another(environments: Environments) -> None:
    set_up = read_settings(SetupSettings, environments["an_existing_server", "setup_index"])
    write = read_settings(IndexSettings, environments["an_existing_server", "index_events"])
    assert ":secret:admin-" in set_up.opensearch_secret_arn
    assert ":secret:writer-" in write.opensearch_secret_arn
    assert (set_up.writer_users, set_up.reader_users) == (("kube-events",), ("night-shift",))
    assert set_up.admin_backend_roles == ()
    assert set_up.dashboards_tenant == "kube_events"
