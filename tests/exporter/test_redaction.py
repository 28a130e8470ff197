"""Whatever looks like a credential is masked, in whatever notation it comes, and nothing else is."""

from __future__ import annotations

import json

import pytest

from exporter.redaction import redacted

TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl-_x"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Invalid header value b'Bearer s3cret\\n'", "Invalid header value b'Bearer ***\\n'"),
        ('{"authorization": "bearer s3cret", "a": 1}', '{"authorization": "bearer ***", "a": 1}'),
        (f"the token {TOKEN}, which has expired", "the token ***, which has expired"),
        (
            "Canonical String: host:kinesis x-amz-security-token:IQoJb3JpZ2lu/X2VjEA== x-amz-target:Kinesis",
            "Canonical String: host:kinesis x-amz-security-token:*** x-amz-target:Kinesis",
        ),
        (
            json.dumps({"SecretAccessKey": "wJalr/K7MDENG", "SessionToken": "IQoJ", "Expiration": "soon"}),
            '{"SecretAccessKey": "***", "SessionToken": "***", "Expiration": "soon"}',
        ),
        ("aws_secret_access_key = wJalrXUtnFEMI", "aws_secret_access_key = ***"),
        ("Credential=ASIAIOSFODNN7EXAMPLE/20261121", "Credential=ASIA***MPLE/20261121"),
        ("no answer from https://admin:hunter2@api:6443/x", "no answer from https://***@api:6443/x"),
    ],
)
def test_a_credential_is_masked(text: str, seen: str) -> None:
    assert redacted(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "403 Forbidden: User system:serviceaccount:kube-events:kube-events-exporter may not list",
        "PutRecords to arn:aws:kinesis:eu-west-1:123456789012:stream/kube-events in eu-west-1",
        "no answer from https://10.0.0.1:443/api/v1/events?limit=500",
        "cannot read the token: /var/run/secrets/kubernetes.io/serviceaccount/token",
        "user@example.com",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert redacted(text) == text
