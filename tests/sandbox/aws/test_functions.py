"""Lambda on the local endpoint: settings, and invocations that somebody else runs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws import AwsStandIn
from tests.sandbox.aws.conftest import Neighbour

Clients = Callable[[str], Any]


@pytest.fixture
def function(client: Clients, name: str) -> str:
    """A function that is deployed."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="handler.handle",
        Code={"ZipFile": code.getvalue()},
        LoggingConfig={"LogFormat": "JSON"},
    )
    return name


def test_settings_of_logs_are_kept(client: Clients, function: str) -> None:
    found = client("lambda").get_function_configuration(FunctionName=function)["LoggingConfig"]
    assert found == {
        "LogFormat": "JSON",
        "LogGroup": f"/aws/lambda/{function}",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }


def test_settings_of_logs_and_tracing_can_be_changed(client: Clients, function: str) -> None:
    client("lambda").update_function_configuration(
        FunctionName=function, LoggingConfig={"LogFormat": "Text"}, TracingConfig={"Mode": "Active"}
    )
    found = client("lambda").get_function_configuration(FunctionName=function)
    # Plain text is not filtered by level.
    assert found["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function}"}
    assert found["TracingConfig"] == {"Mode": "Active"}


def test_a_loop_is_cut_unless_it_is_meant(client: Clients, function: str) -> None:
    functions = client("lambda")
    assert functions.get_function_recursion_config(FunctionName=function)["RecursiveLoop"] == "Terminate"
    functions.put_function_recursion_config(FunctionName=function, RecursiveLoop="Allow")
    assert functions.get_function_recursion_config(FunctionName=function)["RecursiveLoop"] == "Allow"


def test_an_invocation_is_handed_to_the_lambda_service(
    client: Clients, function: str, stand_in: AwsStandIn, neighbour: Neighbour
) -> None:
    # GIVEN
    stand_in.connect(functions_url=neighbour.url)
    neighbour.body = b'{"ok": true}'
    # WHEN
    answer = client("lambda").invoke(FunctionName=function, Payload=b'{"hello": 1}')
    # THEN
    assert json.loads(answer["Payload"].read()) == {"ok": True}
    assert "FunctionError" not in answer
    assert neighbour.calls[0].path == f"/2015-03-31/functions/{function}/invocations"
    assert neighbour.calls[0].body == {"hello": 1}


def test_a_function_that_fails_says_so_in_the_header(
    client: Clients, function: str, stand_in: AwsStandIn, neighbour: Neighbour
) -> None:
    # GIVEN
    stand_in.connect(functions_url=neighbour.url)
    neighbour.headers = {"X-Amz-Function-Error": "Unhandled"}
    neighbour.body = b'{"errorType": "SetupError"}'
    # WHEN
    answer = client("lambda").invoke(FunctionName=function, Payload=b"{}")
    # THEN
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read()) == {"errorType": "SetupError"}


def test_without_a_lambda_service_the_reason_is_said(function: str, stand_in: AwsStandIn) -> None:
    # GIVEN an address where nobody listens
    stand_in.connect(functions_url="http://127.0.0.1:9")
    once = Config(retries={"total_max_attempts": 1})
    functions = boto3.client("lambda", config=once, **stand_in.client_settings)
    # WHEN / THEN
    with pytest.raises(ClientError, match=r"ServiceException.*does not answer"):
        functions.invoke(FunctionName=function, Payload=b"{}")


def test_an_error_of_the_lambda_service_is_an_error_of_the_api(
    client: Clients, function: str, stand_in: AwsStandIn, neighbour: Neighbour
) -> None:
    # GIVEN a service that knows no such function
    stand_in.connect(functions_url=neighbour.url)
    neighbour.status = 404
    neighbour.headers = {"X-Amzn-Errortype": "ResourceNotFoundException"}
    # WHEN / THEN
    with pytest.raises(client("lambda").exceptions.ResourceNotFoundException):
        client("lambda").invoke(FunctionName=function, Payload=b"{}")


def test_no_function_is_called_by_moto_itself(
    client: Clients, function: str, stand_in: AwsStandIn, neighbour: Neighbour
) -> None:
    # GIVEN a function that is mapped to a queue and a stream
    stand_in.connect(functions_url=neighbour.url)
    queue = client("sqs").create_queue(QueueName=function)["QueueUrl"]
    client("kinesis").create_stream(StreamName=function, ShardCount=1)
    for source in ("sqs:eu-central-1:123456789012:", "kinesis:eu-central-1:123456789012:stream/"):
        client("lambda").create_event_source_mapping(
            FunctionName=function,
            EventSourceArn=f"arn:aws:{source}{function}",
            StartingPosition="TRIM_HORIZON",
        )
    # WHEN
    client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    client("kinesis").put_record(StreamName=function, Data=b"{}", PartitionKey="k")
    # THEN
    assert neighbour.calls == []
    message = client("sqs").receive_message(QueueUrl=queue, AttributeNames=["ApproximateReceiveCount"])[
        "Messages"
    ][0]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
