"""Settings: flags over variables over the file, and every error at once, naming what is allowed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.event import Cluster
from exporter.cluster import cluster_of
from exporter.settings import Settings
from exporter.settings_environment import is_of_a_service
from exporter.settings_option import SettingsInvalid, options
from exporter.settings_source import add_options, read_settings
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
        ("CLUSTER_REGION", "Frankfurt", "an AWS region such as eu-west-1"),
        ("CLUSTER_ACCOUNT", "12345678901", "12 digits"),
        ("CLUSTER_ACCOUNT", "1234-5678-9012", "12 digits"),
        ("CLUSTER_ACCOUNT", "١٢٣٤٥٦٧٨٩٠١٢", "12 digits"),
        ("LIST_PAGE_SIZE", "0", "a whole number from 1 to 10000"),
        ("LIST_PAGE_SIZE", "ten", "a whole number from 1 to 10000"),
        ("BUFFER_BYTES", "1024", "a whole number from 1048576 to 1073741824"),
        ("FLUSH_INTERVAL", "-1", "a number from 0 to 60"),
        ("FLUSH_INTERVAL", "nan", "a number from 0 to 60"),
        ("WATCH_TIMEOUT", "1.5", "a whole number from 1 to 1800"),
        ("GRACE_PERIOD", "601", "a number from 0 to 600"),
        ("LOG_LEVEL", "info", "DEBUG, INFO, WARNING or ERROR"),
        ("NAMESPACES", "shop,Pay", "names of namespaces"),
        ("NAMESPACES", "shop,,pay", "names of namespaces"),
        ("START", "yesterday", "all or now"),
        ("LEADER_ELECTION", "no", "true or false"),
        ("ENRICH", "True", "true or false"),
        ("LEASE_NAME", "Kube_Events", "lower-case letters"),
        ("LEASE_NAMESPACE", "a.b", "the name of a namespace"),
        ("IDENTITY", "a b", "without blanks"),
        ("ENRICH_ANNOTATIONS", "team*x", "keys of annotations"),
        ("SENDERS", "0", "a whole number from 1 to 32"),
        ("HEARTBEAT_INTERVAL", "-1", "a number from 0 to 3600"),
        ("LISTEN", "8080", "an address and a port"),
        ("LISTEN", "::1:8080", "an address and a port"),
        ("DROP", "reason", "a list of patterns"),
        ("DROP", '{"reason": ["A"]}', "a list of patterns"),
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


def test_where_a_cluster_lies_has_nothing_to_do_with_where_its_events_go(tmp_path: Path) -> None:
    # GIVEN a cluster of another region and account than the stream
    config = tmp_path / "config.yaml"
    config.write_text("cluster_region: us-gov-west-1\ncluster_account: '012345678901'\n")
    # WHEN
    settings = read("--config", str(config), KUBE_EVENTS_STREAM=STREAM_ARN)
    # THEN each is said as it is, and what is not said is empty
    assert settings.region == "eu-central-1"
    assert cluster_of(settings) == Cluster(name="prod-eu", region="us-gov-west-1", account="012345678901")
    assert cluster_of(read()) == Cluster(name="prod-eu")


def test_a_mistyped_region_of_the_cluster_would_be_stored_for_good() -> None:
    (error,) = errors(KUBE_EVENTS_CLUSTER_REGION="eu-wset-1")
    assert error.startswith(
        "--cluster-region (KUBE_EVENTS_CLUSTER_REGION) is 'eu-wset-1': AWS has no such region; is it "
    )


def test_an_account_that_yaml_takes_for_a_number_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("cluster_account: 123456789012\n")
    assert errors("--config", str(config)) == (
        f"{config}: cluster_account is 123456789012: it must be 12 digits, in a file as a text in quotes",
    )


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


def test_a_switch_may_stand_alone_or_say_which() -> None:
    assert read("--enrich").enrich
    assert read("--enrich", "--pod-status=false").enrich
    assert not read("--enrich", "--pod-status=false").pod_status
    assert not read("--leader-election", "false", KUBE_EVENTS_LEADER_ELECTION="true").leader_election


def test_lists_are_separated_by_commas_and_patterns_are_json_or_yaml() -> None:
    drop = ({"reason": ["LeaderElection"]}, {"type": ["Normal"], "severity": ["low"]})
    settings = read("--namespaces=shop, pay", "--enrich-annotations", "team,example.com/*")
    assert settings.namespaces == ("shop", "pay")
    assert settings.enrich_annotations == ("team", "example.com/*")
    assert read("--drop", json.dumps(drop)).drop == drop
    text = "- {reason: [LeaderElection]}\n- {type: [Normal], severity: [low]}"
    assert read(KUBE_EVENTS_DROP=text).drop == drop


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """Write a file of settings; its path."""

    def write(text: str) -> str:
        path = tmp_path / "settings.yaml"
        path.write_text(text)
        return str(path)

    return write


def test_the_file_gives_way_to_variables_and_these_to_flags(file: Callable[[str], str]) -> None:
    path = file("list_page_size: 1\ngrace_period: 1\nstart: now\nsenders:\n")
    settings = read("--list-page-size=3", KUBE_EVENTS_CONFIG=path, KUBE_EVENTS_GRACE_PERIOD="2")
    assert (settings.list_page_size, settings.grace_period, settings.start) == (3, 2.0, "now")
    assert settings.senders is None
    assert settings.config == path
    other = file("start: all")
    assert read("--config", other, KUBE_EVENTS_CONFIG="/nowhere").start == "all"


def test_all_settings_may_stand_in_the_file_with_yamls_own_types(file: Callable[[str], str]) -> None:
    path = file(
        f"""
        cluster: prod-eu
        sink: kinesis
        stream: {STREAM_ARN}
        namespaces: [shop, pay]
        drop: [{{reason: [A]}}]
        enrich: true
        enrich_annotations: [team]
        lease_duration: 20
        """
    )
    settings = read("--config", path, environment={})
    assert settings == Settings(
        config=path,
        cluster="prod-eu",
        sink="kinesis",
        stream=STREAM_ARN,
        region="eu-central-1",
        namespaces=("shop", "pay"),
        drop=({"reason": ["A"]},),
        enrich=True,
        enrich_annotations=("team",),
        lease_duration=20.0,
    )


def test_an_empty_file_says_nothing(file: Callable[[str], str]) -> None:
    assert read("--config", file("# nothing yet\n")).start == "all"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("list_page_sise: 5", "list_page_sise is no setting: did you mean list_page_size?"),
        ("1: 5", "1 is no setting: docs/exporter.md lists all there are"),
        ("config: other.yaml", "config is no setting: "),
        ("list_page_size: ten", "list_page_size is 'ten': it must be a whole number from 1 to 10000"),
        ("list_page_size: '10'", "list_page_size is '10': it must be a whole number from 1 to 10000"),
        ("list_page_size: true", "list_page_size is True: it must be a whole number from 1 to 10000"),
        ("enrich: 'true'", "enrich is 'true': it must be true or false"),
        ("namespaces: shop", "namespaces is 'shop': it must be names of namespaces, each once"),
        ("namespaces: [shop, shop]", "namespaces names shop 2 times: once is enough"),
        ("drop: {reason: [A]}", "drop is {'reason': ['A']}: it must be a list of patterns"),
        ("drop: [{reson: [A]}]", "drop is wrong at drop[0].reson: expected a field of the event: one of "),
        ("start: now\nstart: all", "line 2, column 1: the key start stands here twice"),
        ("drop: [{reason: [A], reason: [B]}]", "line 1, column 22: the key reason stands here twice"),
        ("drop: &a [*a]", "line 1, column 11: settings have no use for an alias: write it out"),
        ("- start", "must be a mapping such as `cluster: prod-eu`, not a list"),
        ("start", "must be a mapping such as `cluster: prod-eu`, not a str"),
        ("start: [", "line 1, column 9: while parsing a flow node, "),
        ("start: now\n---\nstart: all", "line 2, column 1: expected a single document in the stream, "),
        ("start: \x07", "no YAML: "),
        ("start: 2026-13-45", "no YAML: month must be in 1..12"),
        ("start: !!python/name:os.system", "line 1, column 8: could not determine a constructor"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_file_key_and_what_is_allowed(
    file: Callable[[str], str], text: str, said: str
) -> None:
    path = file(text)
    (error,) = errors("--config", path)
    assert error.startswith(f"{path}: {said}")
    assert "\n" not in error


def test_a_file_that_is_not_utf_8_or_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_bytes(b"start: now\ncluster: M\xfcnchen\n")
    assert errors("--config", str(path)) == (f"{path}: line 2: not UTF-8",)
    path.unlink()
    assert errors("--config", str(path)) == (
        f"--config (KUBE_EVENTS_CONFIG) is '{path}': No such file or directory",
    )
    assert errors(KUBE_EVENTS_CONFIG=str(tmp_path)) == (
        f"--config (KUBE_EVENTS_CONFIG) is '{tmp_path}': Is a directory",
    )


def test_errors_of_the_file_do_not_hide_those_of_flags_and_variables(file: Callable[[str], str]) -> None:
    found = errors("--senders=0", "--config", file("statr: now\ngrace: 1"), KUBE_EVENTS_LISTN="x")
    assert [error.split(" is ")[0].rpartition("/")[2] for error in found] == [
        "KUBE_EVENTS_LISTN",
        "settings.yaml: statr",
        "settings.yaml: grace",
        "--senders (KUBE_EVENTS_SENDERS)",
    ]


def test_a_file_that_cannot_be_used_hides_what_is_in_it_and_nothing_is_called_missing(
    file: Callable[[str], str],
) -> None:
    for text in ("cluster: [", "- cluster", "cluster: a\ncluster: b"):
        (error,) = errors("--config", file(text), environment={})
        assert "settings.yaml: " in error


def test_a_key_that_is_no_setting_hides_no_other(file: Callable[[str], str]) -> None:
    path = file("clustr: a\nsink: kinesis\nregion: 5\nstart: never\n")
    assert errors("--config", path, environment={}) == (
        f"{path}: clustr is no setting: did you mean cluster?",
        "--cluster (KUBE_EVENTS_CLUSTER) is missing: it must be 1 to 100 letters, digits, '.', '_' or '-', "
        "the first a letter or digit",
        f"{path}: region is 5: it must be an AWS region such as eu-west-1",
        f"{path}: start is 'never': it must be all or now",
    )


def test_an_empty_text_in_the_file_counts_as_absent(file: Callable[[str], str]) -> None:
    assert read("--config", file("start: ''\ncontext:\n")) == read("--config", file("# nothing\n"))


def test_an_unknown_variable_is_an_error_with_the_nearest_name() -> None:
    assert errors(KUBE_EVENTS_LIST_PAGESIZE="5", KUBE_EVENTS_="x") == (
        "KUBE_EVENTS_ is no setting: docs/exporter.md lists all there are",
        "KUBE_EVENTS_LIST_PAGESIZE is no setting: did you mean KUBE_EVENTS_LIST_PAGE_SIZE?",
    )


@pytest.mark.parametrize("service", ["KUBE_EVENTS_EXPORTER", "KUBE_EVENTS", "KUBE_EVENTS_PORT_9"])
def test_what_kubelet_sets_for_a_service_of_our_name_is_no_mistyped_setting(service: str) -> None:
    # GIVEN a Service kube-events-exporter with the ports metrics and 9090 in the Pod's namespace
    links = {
        f"{service}_SERVICE_HOST": "10.100.7.9",
        f"{service}_SERVICE_PORT": "8080",
        f"{service}_SERVICE_PORT_METRICS": "8080",
        f"{service}_PORT": "tcp://10.100.7.9:8080",
        f"{service}_PORT_8080_TCP": "tcp://10.100.7.9:8080",
        f"{service}_PORT_8080_TCP_PROTO": "tcp",
        f"{service}_PORT_8080_TCP_PORT": "8080",
        f"{service}_PORT_8080_TCP_ADDR": "10.100.7.9",
    }
    assert read(**links) == read()


def test_a_mistyped_setting_that_ends_like_a_services_variable_is_still_found() -> None:
    (error,) = errors(KUBE_EVENTS_LISTEN_PORT="8080")
    assert error == "KUBE_EVENTS_LISTEN_PORT is no setting: did you mean KUBE_EVENTS_LISTEN?"


def test_no_setting_has_the_name_of_a_services_variable() -> None:
    hosts = {f"{option.variable}_SERVICE_HOST": "" for option in options()} | {"KUBE_EVENTS_SERVICE_HOST": ""}
    assert not [option.variable for option in options() if is_of_a_service(option.variable, hosts)]


@pytest.mark.parametrize(
    ("timings", "said"),
    [
        (("10", "10", "2"), "--lease-duration (KUBE_EVENTS_LEASE_DURATION) is 10: it must be greater than"),
        (("15", "10", "9"), "--renew-deadline (KUBE_EVENTS_RENEW_DEADLINE) is 10: it must be greater than"),
    ],
)
def test_lease_timings_are_held_to_what_client_go_asks_for(timings: tuple[str, str, str], said: str) -> None:
    flags = dict(zip(("--lease-duration", "--renew-deadline", "--retry-period"), timings, strict=True))
    (error,) = errors(*(part for flag in flags.items() for part in flag))
    assert error.startswith(said)


def test_settings_of_a_part_that_is_off_are_no_error() -> None:
    settings = read("--leader-election=false", "--lease-name=other", "--enrich-annotations=team")
    assert not settings.leader_election


def test_a_port_is_a_port() -> None:
    assert read("--listen=[::]:8080").listen == "[::]:8080"
    assert errors("--listen=0.0.0.0:70000") == (
        "--listen (KUBE_EVENTS_LISTEN) is '0.0.0.0:70000': ports end at 65535",
    )


@given(st.dictionaries(st.sampled_from([option.field for option in options()]), st.text(max_size=20)))
def test_any_text_is_a_setting_or_one_line_of_error(texts: dict[str, str]) -> None:
    variables = {f"KUBE_EVENTS_{field.upper()}": text for field, text in texts.items()}
    said: tuple[str, ...] = ()
    try:
        read(**variables)
    except SettingsInvalid as error:
        said = error.errors
    assert not [line for line in said if "\n" in line]


def test_the_documented_table_is_that_of_the_settings() -> None:
    assert with_table(PAGE.read_text()) == PAGE.read_text(), "run python -m scripts.settings_page write"
