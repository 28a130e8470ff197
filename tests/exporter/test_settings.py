"""Settings: flags over variables, and every error at once, naming both."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping

import pytest

from exporter.settings import Settings
from exporter.settings_source import SettingsInvalid, add_options, read_settings
from scripts.settings_page import PAGE, with_table

REQUIRED = {
    "KUBE_EVENTS_CLUSTER": "prod-eu",
    "KUBE_EVENTS_SINK": "kinesis",
    "KUBE_EVENTS_STREAM": "kube-events",
    "AWS_REGION": "eu-west-1",
}
STREAM_ARN = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"


def read(*flags: str, environment: Mapping[str, str] = REQUIRED, **variables: str) -> Settings:
    parser = ArgumentParser()
    add_options(parser)
    return read_settings(parser.parse_args(flags), {**environment, **variables})


def errors(*flags: str, environment: Mapping[str, str] = REQUIRED, **variables: str) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as caught:
        read(*flags, environment=environment, **variables)
    return caught.value.errors


def test_the_defaults_need_a_cluster_a_sink_and_a_region() -> None:
    settings = read()
    assert settings == Settings(cluster="prod-eu", sink="kinesis", stream="kube-events", region="eu-west-1")


def test_flags_win_over_variables() -> None:
    assert read("--cluster", "other").cluster == "other"
    assert read("--list-page-size=50", KUBE_EVENTS_LIST_PAGE_SIZE="7").list_page_size == 50
    assert read(KUBE_EVENTS_LIST_PAGE_SIZE="7").list_page_size == 7


def test_an_empty_variable_counts_as_absent() -> None:
    assert read(KUBE_EVENTS_GRACE_PERIOD="", KUBE_EVENTS_KUBECONFIG="") == read()


def test_everything_that_is_missing_is_said_at_once() -> None:
    assert errors(environment={}) == (
        "--cluster (KUBE_EVENTS_CLUSTER) is missing: it must be 1 to 100 letters, digits, '.', '_' or '-', "
        "the first a letter or digit",
        "--sink (KUBE_EVENTS_SINK) is missing: it must be kinesis or eventbridge",
        "--region (KUBE_EVENTS_REGION) is missing: it must be an AWS region such as eu-west-1",
    )


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("CLUSTER", "a b", "letters, digits"),
        ("CLUSTER", "x" * 101, "1 to 100"),
        ("CLUSTER", "prod\n", "letters, digits"),
        ("SINK", "kafka", "kinesis or eventbridge"),
        ("STREAM", "my stream", "a name or an ARN"),
        ("STREAM", "arn:aws:sqs:eu-west-1:123456789012:queue", "a name or an ARN"),
        ("REGION", "Frankfurt", "an AWS region such as eu-west-1"),
        ("LIST_PAGE_SIZE", "0", "a whole number from 1 to 10000"),
        ("LIST_PAGE_SIZE", "ten", "a whole number from 1 to 10000"),
        ("BUFFER_BYTES", "1024", "a whole number from 1048576 to 1073741824"),
        ("FLUSH_INTERVAL", "-1", "a number from 0 to 60"),
        ("FLUSH_INTERVAL", "nan", "a number from 0 to 60"),
        ("WATCH_TIMEOUT", "1.5", "a whole number from 1 to 1800"),
        ("GRACE_PERIOD", "601", "a number from 0 to 600"),
        ("LOG_LEVEL", "info", "DEBUG, INFO, WARNING or ERROR"),
    ],
)
def test_a_wrong_value_is_said_with_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    (error,) = errors(**{f"KUBE_EVENTS_{variable}": value})
    flag = "--" + variable.lower().replace("_", "-")
    assert error.startswith(f"{flag} (KUBE_EVENTS_{variable}) is {value!r}: it must be ")
    assert allowed in error
    assert "\n" not in error


def test_a_mistyped_region_is_said_with_those_that_are_near() -> None:
    (error,) = errors(KUBE_EVENTS_REGION="eu-wset-1")
    assert error.startswith("--region (KUBE_EVENTS_REGION) is 'eu-wset-1': AWS has no such region; is it ")
    assert "eu-west-1" in error


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1", "ap-southeast-5"])
def test_regions_of_all_partitions_are_known(region: str) -> None:
    assert read(KUBE_EVENTS_REGION=region).region == region


def test_the_region_is_that_of_the_arn_else_that_of_the_container() -> None:
    assert read(KUBE_EVENTS_STREAM=STREAM_ARN).region == "eu-central-1"
    assert read(KUBE_EVENTS_REGION="us-east-1").region == "us-east-1"
    without_region = {name: value for name, value in REQUIRED.items() if name != "AWS_REGION"}
    assert read(environment=without_region, AWS_DEFAULT_REGION="ap-east-1").region == "ap-east-1"


def test_a_region_that_contradicts_the_arn_is_an_error() -> None:
    (error,) = errors(KUBE_EVENTS_STREAM=STREAM_ARN, KUBE_EVENTS_REGION="eu-west-1")
    assert error == "--region (KUBE_EVENTS_REGION) is 'eu-west-1', but --stream lies in 'eu-central-1'"


def test_a_sink_needs_its_own_target_and_no_other() -> None:
    assert errors(KUBE_EVENTS_SINK="eventbridge") == (
        "--event-bus (KUBE_EVENTS_EVENT_BUS) is missing, and --sink is eventbridge: "
        "it must be a name or an ARN",
        "--stream (KUBE_EVENTS_STREAM) has no meaning when --sink is eventbridge: leave it out",
    )


def test_the_documented_table_is_that_of_the_settings() -> None:
    assert with_table(PAGE.read_text()) == PAGE.read_text(), "run python -m scripts.settings_page write"
