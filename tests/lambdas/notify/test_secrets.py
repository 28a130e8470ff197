"""Secrets Manager, as the function asks it."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.config import Config

from lambdas.notify.channels.credentials import without_secrets
from lambdas.notify.secrets import (
    CACHED_SECONDS,
    MissingSecretError,
    Secrets,
    SigningSecret,
    UnavailableSecretError,
    WebhookSecret,
)
from tests.fixtures.aws import Aws
from tests.fixtures.receivers import Clock

IMPATIENT = Config(connect_timeout=0.2, retries={"total_max_attempts": 1})
URL = "https://oapi.example.com/robot/send?access_token=made-up-token"


class Shelf:
    """One secret, and the function's view of it."""

    def __init__(self, clock: Clock) -> None:
        self.client = boto3.client("secretsmanager")
        self.arn = self.client.create_secret(Name="sre")["ARN"]
        self.secrets = Secrets(self.client, now=clock)

    def put(self, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.client.put_secret_value(SecretId=self.arn, SecretString=text)


@pytest.fixture
def shelf(aws: Aws, clock: Clock) -> Shelf:
    return Shelf(clock)


def test_a_value_is_kept_for_minutes_unless_a_fresh_one_is_asked_for(shelf: Shelf, clock: Clock) -> None:
    shelf.put({"url": URL + "1"})
    assert shelf.secrets.get(shelf.arn, WebhookSecret).url == URL + "1"
    shelf.put({"url": URL + "2"})
    assert shelf.secrets.get(shelf.arn, WebhookSecret).url == URL + "1"
    assert shelf.secrets.get(shelf.arn, WebhookSecret, fresh=True).url == URL + "2"
    shelf.put({"url": URL + "3"})
    clock.advance(CACHED_SECONDS)
    assert shelf.secrets.get(shelf.arn, WebhookSecret).url == URL + "3"


def test_a_binary_value_is_as_good(shelf: Shelf) -> None:
    shelf.client.put_secret_value(SecretId=shelf.arn, SecretBinary=json.dumps({"url": URL}).encode())
    assert shelf.secrets.get(shelf.arn, WebhookSecret) == WebhookSecret(URL)


def test_without_secrets_manager_the_last_value_goes_on(shelf: Shelf, clock: Clock) -> None:
    shelf.put({"url": URL})
    assert shelf.secrets.get(shelf.arn, WebhookSecret)
    # GIVEN nobody answers any more
    shelf.secrets._client = boto3.client(
        "secretsmanager", endpoint_url="http://127.0.0.1:9", config=IMPATIENT
    )
    clock.advance(CACHED_SECONDS + 1)
    assert shelf.secrets.get(shelf.arn, WebhookSecret, fresh=True).url == URL
    with pytest.raises(UnavailableSecretError, match="did not answer"):
        Secrets(shelf.secrets._client, now=clock).get(shelf.arn, WebhookSecret)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "has no value yet"),
        (" ", "is empty"),
        ("made-up-token", "JSON is malformed"),
        ('"made-up-token"', "Expected `object`, got `str`"),
        ({}, "missing required field `url`"),
        ({"url": ["made-up-token"]}, r"Expected `str`, got `array` - at `\$.url`"),
        ({"url": "http://made-up-token.example.com"}, "`url` must be an https:// address"),
        ({"url": "https://[made-up-token"}, "`url` must be an https:// address"),
        ({"url": "https://ma℀de-up-token.example.com"}, "`url` must be an https:// address"),
        ({"url": URL + "\n"}, "without blanks"),
        ({"url": URL, "secret": 1}, r"Expected `str`, got `int` - at `\$.secret`"),
    ],
)
def test_an_unusable_secret_says_what_is_wrong_without_its_value(
    shelf: Shelf, value: object, problem: str
) -> None:
    if value is not None:
        shelf.put(value)
    with pytest.raises(MissingSecretError, match=problem) as caught:
        shelf.secrets.get(shelf.arn, SigningSecret)
    assert shelf.arn in str(caught.value)
    assert "made-up-token" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unusable_value_is_not_kept(shelf: Shelf) -> None:
    shelf.put({})
    with pytest.raises(MissingSecretError):
        shelf.secrets.get(shelf.arn, WebhookSecret)
    shelf.put({"url": URL})
    assert shelf.secrets.get(shelf.arn, WebhookSecret).url == URL


def test_a_secret_does_not_print_itself() -> None:
    assert "made-up" not in repr(SigningSecret(URL, "SECmade-up"))
    assert "made-up" not in f"{[WebhookSecret(URL)]}"


def test_what_a_channel_echoes_is_blotted_out() -> None:
    secret = SigningSecret(URL, "SECmade-up")
    text = f"no robot at {URL} with made-up-token and SECmade-up"
    assert without_secrets(text, secret) == "no robot at *** with *** and ***"
    assert len(without_secrets("x" * 10_000, secret)) == 300
