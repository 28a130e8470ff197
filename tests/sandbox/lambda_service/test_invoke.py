"""Invoking one function: what its caller gets, whatever the function does."""

from __future__ import annotations

import json
import threading
from typing import Any

import boto3
import pytest

from sandbox.lambda_service import InvocationResult, LambdaService, LambdaServiceError
from tests.sandbox.lambda_service.account import REGION, Account


def answer(result: InvocationResult) -> Any:
    return json.loads(result.payload)


def test_handler_gets_event_and_context_and_its_answer_comes_back(
    account: Account, service: LambdaService
) -> None:
    # GIVEN
    name = account.deploy(
        """
        def lambda_handler(event, context):
            return {
                "event": event,
                "arn": context.invoked_function_arn,
                "memory": context.memory_limit_in_mb,
                "milliseconds": context.get_remaining_time_in_millis(),
                "request": context.aws_request_id,
            }
        """,
        MemorySize=256,
        Timeout=7,
    )
    # WHEN
    result = service.invoke(name, b'{"text": "\\u4e2d"}')
    # THEN
    assert result.ok
    assert answer(result)["event"] == {"text": "中"}
    assert answer(result)["arn"].endswith(f":function:{name}")
    assert answer(result)["memory"] == "256"
    assert 5_000 < answer(result)["milliseconds"] <= 7_000
    assert answer(result)["request"] == result.request_id


def test_exception_is_an_unhandled_error_with_its_type_and_trace(
    account: Account, service: LambdaService
) -> None:
    # GIVEN
    name = account.deploy("def lambda_handler(event, context):\n    raise KeyError('no such group')")
    # WHEN
    result = service.invoke(name)
    # THEN
    assert result.function_error == "Unhandled"
    assert answer(result)["errorType"] == "KeyError"
    assert "no such group" in answer(result)["errorMessage"]
    assert answer(result)["stackTrace"]


def test_function_that_is_too_slow_is_killed_and_the_next_invocation_is_a_fresh_start(
    account: Account, service: LambdaService
) -> None:
    # GIVEN a handler that hangs when it is told to
    name = account.deploy(
        """
        import os, time
        def lambda_handler(event, context):
            if event.get("hang"):
                time.sleep(60)
            return os.getpid()
        """,
        Timeout=1,
    )
    before = answer(service.invoke(name))
    # WHEN
    result = service.invoke(name, b'{"hang": true}')
    # THEN
    assert answer(result)["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answer(result)["errorMessage"]
    assert 1.0 <= result.seconds < 5.0
    assert answer(service.invoke(name)) != before


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "signal: 9"),
        ("os._exit(0)", "without providing a reason"),
    ],
)
def test_process_that_ends_in_the_middle_is_a_failed_invocation(
    account: Account, service: LambdaService, how: str, said: str
) -> None:
    # GIVEN
    name = account.deploy(f"import os\ndef lambda_handler(event, context):\n    {how}")
    # WHEN
    result = service.invoke(name)
    # THEN
    assert result.function_error == "Unhandled"
    assert answer(result)["errorType"] == "Runtime.ExitError"
    assert said in answer(result)["errorMessage"]


def test_process_that_ends_but_leaves_a_child_is_noticed_all_the_same(
    account: Account, service: LambdaService
) -> None:
    # GIVEN a child that holds the output open
    name = account.deploy(
        """
        import os, subprocess
        def lambda_handler(event, context):
            subprocess.Popen(["sleep", "60"])
            os._exit(1)
        """
    )
    # WHEN
    result = service.invoke(name)
    # THEN
    assert answer(result)["errorType"] == "Runtime.ExitError"
    assert result.seconds < 8


def test_module_that_cannot_be_imported_says_which(account: Account, service: LambdaService) -> None:
    # GIVEN
    name = account.deploy("import no_such_package\ndef lambda_handler(event, context): ...")
    # WHEN
    result = service.invoke(name)
    # THEN
    assert answer(result)["errorType"] == "Runtime.ImportModuleError"
    assert "no_such_package" in answer(result)["errorMessage"]


def test_module_that_ends_the_process_at_import_is_an_exit(account: Account, service: LambdaService) -> None:
    # GIVEN
    name = account.deploy("import os; os._exit(9)")
    # WHEN / THEN
    assert answer(service.invoke(name))["errorType"] == "Runtime.ExitError"


def test_answer_that_is_no_json_is_an_error(account: Account, service: LambdaService) -> None:
    # GIVEN
    name = account.deploy("def lambda_handler(event, context):\n    return object()")
    # WHEN / THEN
    assert answer(service.invoke(name))["errorType"] == "Runtime.MarshalError"


def test_answer_over_the_limit_is_an_error(account: Account, service: LambdaService) -> None:
    # GIVEN
    name = account.deploy("def lambda_handler(event, context):\n    return 'x' * (6 * 1024 * 1024)")
    # WHEN / THEN
    assert answer(service.invoke(name))["errorType"] == "Function.ResponseSizeTooLarge"


def test_nothing_of_this_process_reaches_the_function(
    account: Account, service: LambdaService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a variable here, and packages that only the development environment has
    monkeypatch.setenv("LEAK", "yes")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    name = account.deploy(
        """
        import importlib.util, os, sys
        def lambda_handler(event, context):
            wanted = ("boto3", "moto", "pytest", "msgspec", "aws_lambda_powertools", "eventcore", "sandbox")
            return {
                "importable": [name for name in wanted if importlib.util.find_spec(name)],
                "variables": dict(os.environ),
                "cwd": os.getcwd(),
            }
        """,
        Environment={"Variables": {"RULES_KEY": "rules/abc.json", "AWS_REGION": "overridden"}},
    )
    # WHEN
    seen = answer(service.invoke(name))
    # THEN
    variables = seen["variables"]
    assert seen["importable"] == ["boto3"]
    assert seen["cwd"] == variables["LAMBDA_TASK_ROOT"]
    assert not {"LEAK", "PYTHONPATH", "VIRTUAL_ENV", "HOME"} & variables.keys()
    assert variables["RULES_KEY"] == "rules/abc.json"
    assert variables["AWS_REGION"] == REGION
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert variables["AWS_ENDPOINT_URL"] == account.endpoint


def test_environment_is_warm_until_the_configuration_changes(
    account: Account, service: LambdaService
) -> None:
    # GIVEN
    name = account.deploy(
        "import os\ndef lambda_handler(event, context):\n    return [os.getpid(), os.environ.get('KEY')]"
    )
    first = answer(service.invoke(name))
    again = answer(service.invoke(name))
    # WHEN
    account.functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {"KEY": "new"}}
    )
    changed = answer(service.invoke(name))
    # THEN
    assert again == first
    assert changed[1] == "new"
    assert changed[0] != first[0]


def test_two_functions_run_at_once(account: Account, service: LambdaService) -> None:
    # GIVEN two functions of which each waits for the other one's file
    source = """
        import pathlib, time
        def lambda_handler(event, context):
            pathlib.Path(event["mine"]).touch()
            while not pathlib.Path(event["other"]).exists():
                time.sleep(0.01)
            return "met"
        """
    one, two = account.deploy(source, Timeout=20), account.deploy(source, Timeout=20)
    left, right = str(account.zips / "left"), str(account.zips / "right")
    results: dict[str, InvocationResult] = {}

    def run(name: str, mine: str, other: str) -> None:
        results[name] = service.invoke(name, json.dumps({"mine": mine, "other": other}).encode())

    # WHEN
    threads = [threading.Thread(target=run, args=args) for args in [(one, left, right), (two, right, left)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # THEN
    assert [answer(results[name]) for name in (one, two)] == ["met", "met"]


def test_code_that_is_not_among_the_local_zips_is_said_so(account: Account, service: LambdaService) -> None:
    # GIVEN
    name = account.deploy("def lambda_handler(event, context): ...", local=False)
    # WHEN / THEN
    with pytest.raises(LambdaServiceError, match="is deployed but not among the local zips"):
        service.invoke(name)


def test_lambda_client_can_invoke_over_http(account: Account, service: LambdaService) -> None:
    # GIVEN the service as a Lambda endpoint
    session = boto3.Session(region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
    client = session.client("lambda", endpoint_url=service.url)
    good = account.deploy("def lambda_handler(event, context):\n    return event")
    bad = account.deploy("def lambda_handler(event, context):\n    raise ValueError('no')")
    # WHEN
    returned = client.invoke(FunctionName=good, Payload=b'{"a": 1}')
    raised = client.invoke(FunctionName=bad)
    # THEN
    assert (returned["StatusCode"], json.load(returned["Payload"])) == (200, {"a": 1})
    assert "FunctionError" not in returned
    assert (raised["StatusCode"], raised["FunctionError"]) == (200, "Unhandled")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="none-of-that-name")
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName=good, Payload=b"no JSON")
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        client.invoke(FunctionName=good, InvocationType="Event")


def test_printed_lines_are_kept_and_embedded_metrics_summed(account: Account, service: LambdaService) -> None:
    # GIVEN a function that prints a line and a metric in the embedded format
    name = account.deploy(
        """
        import json
        def lambda_handler(event, context):
            print("hello")
            directive = {"Namespace": "n", "Dimensions": [[]], "Metrics": [{"Name": "Indexed"}]}
            print(json.dumps({"_aws": {"CloudWatchMetrics": [directive]}, "Indexed": [2, 3]}))
        """
    )
    # WHEN
    service.invoke(name)
    service.invoke(name)
    # THEN
    assert service.metrics(name) == {"Indexed": 10}
    assert service.lines(name).count("hello") == 2
