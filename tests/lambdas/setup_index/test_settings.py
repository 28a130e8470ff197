"""What setup_index can be told, and what it says to nonsense."""

from __future__ import annotations

import pytest

from lambdas.common.settings import SettingsError, read_settings
from lambdas.setup_index.settings import SetupSettings

NEEDED = {
    "OPENSEARCH_ENDPOINT": "https://search.example.com",
    "OPENSEARCH_AUTH": "sigv4",
    "RETENTION_DAYS": "30",
}
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:master-AbCdEf"


def read(**environment: str) -> SetupSettings:
    return read_settings(SetupSettings, NEEDED | environment)


def test_names_are_json_arrays() -> None:
    # WHEN
    settings = read(
        ACCESS="manage",
        WRITER_BACKEND_ROLES='["arn:aws:iam::123456789012:role/index"]',
        READER_BACKEND_ROLES='["operators", "developers"]',
        READER_USERS="[]",
    )
    # THEN
    assert settings.writer_backend_roles == ("arn:aws:iam::123456789012:role/index",)
    assert settings.reader_backend_roles == ("operators", "developers")
    assert settings.reader_users == ()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"READER_USERS": "anna"}, "READER_USERS is 'anna': it must be a JSON array of texts such as"),
        ({"READER_USERS": '[""]'}, "READER_USERS is '[\"\"]': it must be a JSON array of texts such as"),
        ({"READER_USERS": '"anna"'}, "it must be a JSON array of texts such as"),
        ({"ACCESS": "all"}, "ACCESS is 'all': it must be one of none, manage"),
        ({"READER_USERS": '["anna"]'}, "READER_USERS is set, but ACCESS=none maps nobody"),
        ({"ADMIN_BACKEND_ROLES": '["a"]'}, "ADMIN_BACKEND_ROLES is set, but ACCESS=none maps nobody"),
        ({"REPLICAS": "2"}, "REPLICAS is '2': it must be one of 0-0, 0-1, 0-2"),
        ({"WARM_AFTER_DAYS": "-1"}, "WARM_AFTER_DAYS is '-1': it must be a number of days up to 3650, or 0"),
        ({"WARM_AFTER_DAYS": "30"}, "WARM_AFTER_DAYS must be less than RETENTION_DAYS=30"),
        (
            {"WARM_AFTER_DAYS": "7", "COLD_AFTER_DAYS": "31"},
            "COLD_AFTER_DAYS must be less than RETENTION_DAYS",
        ),
        (
            {"WARM_AFTER_DAYS": "7", "COLD_AFTER_DAYS": "7"},
            "COLD_AFTER_DAYS must be more than WARM_AFTER_DAYS",
        ),
        ({"COLD_AFTER_DAYS": "7"}, "only an index in UltraWarm can go to cold storage"),
        ({"DASHBOARDS_ENDPOINT": "search.example.com"}, "a URL with its base path, such as https://"),
        (
            {"DASHBOARDS_TENANT": "my tenant"},
            "it must be the name of a tenant, such as global or kube_events",
        ),
        ({"DOMAIN_NAME": "events"}, "DOMAIN_NAME and INTERNAL_MASTER_SECRET_ARN must be set together"),
        ({"DOMAIN_NAME": "EVENTS"}, "it must be the name of an Amazon OpenSearch Service domain"),
        (
            {"DOMAIN_NAME": "events", "INTERNAL_MASTER_SECRET_ARN": SECRET},
            "INTERNAL_MASTER_SECRET_ARN needs ACCESS=manage and OPENSEARCH_AUTH=sigv4",
        ),
    ],
)
def test_nonsense_is_refused_with_what_is_allowed(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(**environment)
    assert words in str(error.value)


def test_ages_may_be_left_out_or_never() -> None:
    assert read().warm_after_days == read(WARM_AFTER_DAYS="0", COLD_AFTER_DAYS="0").cold_after_days == 0
    assert read(WARM_AFTER_DAYS="7", COLD_AFTER_DAYS="14").cold_after_days == 14


def test_a_dashboards_endpoint_keeps_its_base_path() -> None:
    url = "https://search.example.com/_dashboards"
    assert read(DASHBOARDS_ENDPOINT=url).dashboards_endpoint == url
