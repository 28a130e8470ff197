"""Functions are told what their settings take, and may do what they are there for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kube_events.deployment import PERMISSIONS
from lambdas.common.settings import Settings, read_settings
from lambdas.filter_events.settings import FilterSettings
from lambdas.index_events.settings import IndexSettings
from lambdas.notify.settings import NotifySettings
from lambdas.setup_index.settings import SetupSettings
from sandbox.terraform import TerraformProject, checks

INFRA = Path(__file__).resolve().parents[2] / "infra"
FUNCTIONS: dict[str, type[Settings]] = {
    "filter_events": FilterSettings,
    "index_events": IndexSettings,
    "notify": NotifySettings,
    "setup_index": SetupSettings,
}

Planned = Mapping[str, dict[str, dict[str, Any]]]
"""What each run of infra/tests/environment.tftest.hcl makes, by address."""
Environments = Mapping[tuple[str, str], dict[str, str]]
"""By run and function."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    project = TerraformProject(INFRA, tmp_path_factory.mktemp("environment"), checks.NO_AWS)
    project.init()
    with project.running_provider():
        told = project.run("test", "-json", "-verbose", "-filter=tests/environment.tftest.hcl").stdout
    messages = [json.loads(line) for line in told.splitlines()]
    return {
        message["@testrun"]: {
            change["address"].replace("[0].", "."): change["change"]["after"]
            for change in message["test_plan"]["resource_changes"]
        }
        | {
            f"output.{name}": {"value": change.get("after")}
            for name, change in message["test_plan"]["output_changes"].items()
        }
        for message in messages
        if message["type"] == "test_plan"
    }


@pytest.fixture(scope="module")
def environments(planned: Planned) -> Environments:
    """What is planned, without what every function is told by the names of Powertools."""
    return {
        (run, function): {
            name: value
            for name, value in made["environment"][0]["variables"].items()
            if not name.startswith("POWERTOOLS_")
        }
        for run, resources in planned.items()
        for function in FUNCTIONS
        if (made := resources.get(f"module.{function}.aws_lambda_function.this"))
    }


@pytest.mark.terraform
def test_no_function_is_told_what_it_does_not_know(environments: Environments) -> None:
    assert set(environments) == {
        *((run, function) for run in ("a_domain_made_here", "an_existing_server") for function in FUNCTIONS),
        *(("no_search", function) for function in ("filter_events", "notify")),
    }
    for (_, function), told in environments.items():
        known = {field.encode_name for field in msgspec.structs.fields(FUNCTIONS[function])}
        assert set(told) <= known


@pytest.mark.terraform
def test_what_groups_and_what_tells_share_a_table(environments: Environments) -> None:
    for run in ("a_domain_made_here", "an_existing_server", "no_search"):
        group = read_settings(FilterSettings, environments[run, "filter_events"])
        tell = read_settings(NotifySettings, environments[run, "notify"])
        assert group.state_table == tell.state_table == "kube-events-state"
        assert group.receivers_key == tell.receivers_key


@pytest.mark.terraform
def test_messages_link_to_the_dashboards_that_there_are(environments: Environments) -> None:
    links = {
        run: environments[run, "notify"]["DASHBOARDS_URL"]
        for run in ("a_domain_made_here", "an_existing_server", "no_search")
    }
    assert links == {
        "a_domain_made_here": "https://search-kube-events.eu-central-1.es.amazonaws.com/_dashboards",
        "an_existing_server": "https://dashboards.example.com",
        "no_search": "",
    }


@pytest.mark.terraform
def test_only_notify_may_send_itself_messages_without_end(planned: Planned) -> None:
    for run, resources in planned.items():
        loops = {
            address: made["recursive_loop"]
            for address, made in resources.items()
            if "aws_lambda_function_recursion_config" in address
        }
        assert loops == {"module.notify.aws_lambda_function_recursion_config.this[0]": "Allow"}, run


@pytest.mark.terraform
def test_each_function_may_do_what_it_is_there_for(planned: Planned) -> None:
    for run, resources in planned.items():
        purposes = {
            function: {
                address.split('"')[1]
                for address in resources
                if address.startswith(f"module.{function}.aws_iam_role_policy.this[")
            }
            - {"log", "trace"}
            for function in ("filter_events", "notify")
        }
        assert purposes == {
            "filter_events": {
                "read-events",
                "read-rules",
                "read-receivers",
                "set-aside",
                "group",
                "enqueue",
            },
            "notify": {"read-receivers", "receive", "remember", "tell"},
        }, run


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


@pytest.mark.terraform
def test_operators_may_do_what_the_command_does_and_nothing_more(planned: Planned) -> None:
    policy = json.loads(planned["no_search"]["output.operator_policy"]["value"])
    actions = [statement["Action"] for statement in policy["Statement"]]
    allowed = {action for each in actions for action in ([each] if isinstance(each, str) else each)}
    assert {action for action in allowed if not action.startswith("kms:")} == set(PERMISSIONS.values())
