"""Settings from the environment."""

from __future__ import annotations

from typing import Annotated

import pytest
from msgspec import Meta

from lambdas.common.opensearch.settings import OpenSearchSettings
from lambdas.common.settings import Bucket, RulesKey, Settings, SettingsError, read_settings

RULES_KEY = f"rules/{'0' * 64}.json"


class Example(Settings, frozen=True, kw_only=True):
    config_bucket: Bucket
    rules_key: RulesKey
    days: Annotated[int, Meta(ge=1, description="a number of days from 1")] = 30


def test_a_variable_is_the_field_in_capitals() -> None:
    settings = read_settings(Example, {"CONFIG_BUCKET": "config", "RULES_KEY": RULES_KEY, "DAYS": "7"})
    assert settings == Example(config_bucket="config", rules_key=RULES_KEY, days=7)


def test_a_variable_that_is_not_set_has_its_default() -> None:
    assert read_settings(Example, {"CONFIG_BUCKET": "config", "RULES_KEY": RULES_KEY}).days == 30


def test_every_missing_or_wrong_variable_is_named_with_what_is_allowed() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(Example, {"RULES_KEY": "rules/latest.json", "DAYS": "0"})
    assert str(error.value).splitlines() == [
        "CONFIG_BUCKET is not set: it must be the name of an S3 bucket",
        "RULES_KEY is 'rules/latest.json': it must be rules/<SHA-256 of the object>.json",
        "DAYS is '0': it must be a number of days from 1",
    ]


def test_an_empty_variable_is_not_set() -> None:
    with pytest.raises(SettingsError, match="CONFIG_BUCKET is not set"):
        read_settings(Example, {"CONFIG_BUCKET": "", "RULES_KEY": RULES_KEY})


def test_the_parser_adds_no_traceback_of_its_own() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(Example, {"DAYS": "many"})
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_choice_names_its_values() -> None:
    with pytest.raises(SettingsError, match="OPENSEARCH_AUTH is 'none': it must be one of sigv4, basic"):
        read_settings(
            OpenSearchSettings,
            {"OPENSEARCH_ENDPOINT": "https://search.example.com", "OPENSEARCH_AUTH": "none"},
        )


def test_basic_authentication_needs_a_secret() -> None:
    with pytest.raises(SettingsError, match="OPENSEARCH_SECRET_ARN is not set: with OPENSEARCH_AUTH=basic"):
        read_settings(
            OpenSearchSettings,
            {"OPENSEARCH_ENDPOINT": "https://search.example.com", "OPENSEARCH_AUTH": "basic"},
        )


@pytest.mark.parametrize(
    "endpoint",
    [
        "search.example.com",
        "https://user:word@search.example.com",
        "https://search.example.com/path",
        "ftp://a",
    ],
)
def test_an_endpoint_is_a_url_without_path_or_password(endpoint: str) -> None:
    with pytest.raises(SettingsError, match=r"OPENSEARCH_ENDPOINT is .* it must be a URL"):
        read_settings(OpenSearchSettings, {"OPENSEARCH_ENDPOINT": endpoint, "OPENSEARCH_AUTH": "sigv4"})
