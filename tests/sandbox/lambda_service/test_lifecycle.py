"""Starting and stopping the service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.lambda_service import InvocationResult, LambdaService, LambdaServiceError
from tests.sandbox.lambda_service.account import REGION, Account
from tests.sandbox.lambda_service.recorder import Recorder


def test_stopping_ends_a_running_function_and_may_be_done_twice(
    account: Account, service: LambdaService, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    # GIVEN a function in the middle of its work
    name = account.deploy(
        """
        import time
        def lambda_handler(event, context):
            print("at work")
            time.sleep(600)
        """,
        Timeout=900,
    )
    results: list[InvocationResult] = []
    call = threading.Thread(target=lambda: results.append(service.invoke(name)))
    call.start()
    eventually(lambda: "at work" in service.lines(name))
    # WHEN
    started = time.monotonic()
    service.close()
    service.close()
    call.join()
    # THEN
    assert time.monotonic() - started < 5
    assert not results[0].ok
    with pytest.raises(LambdaServiceError, match="being stopped"):
        service.invoke(name)


def test_log_of_each_function_stays_in_its_file(
    account: Account, service: LambdaService, tmp_path: Path
) -> None:
    # GIVEN
    name = account.deploy("def lambda_handler(event, context):\n    print('kept')")
    # WHEN
    service.invoke(name)
    service.close()
    # THEN
    assert "kept" in (tmp_path / "logs" / f"{name}.log").read_text()


def test_second_service_beside_it_has_its_own_environments(
    account: Account, service: LambdaService, runtime: Path
) -> None:
    # GIVEN
    name = account.deploy("import os\ndef lambda_handler(event, context):\n    return os.getpid()")
    # WHEN
    with LambdaService(account.endpoint, account.zips, region=REGION, python=runtime) as other:
        there, here = other.invoke(name), service.invoke(name)
    # THEN
    assert there.ok
    assert here.ok
    assert there.payload != here.payload
    assert other.url != service.url


def test_mapping_created_later_is_started_later_and_none_twice(
    account: Account,
    service: LambdaService,
    recorder: Callable[..., Recorder],
    eventually: Callable[[Callable[[], bool]], None],
) -> None:
    # GIVEN
    first, second, function = account.queue(), account.queue(), recorder()
    account.map_queue(first, function.name)
    assert [mapping.source for mapping in service.start_mappings()] == [first]
    # WHEN
    account.map_queue(second, function.name)
    started = [mapping.source for mapping in service.start_mappings()]
    account.send(second, "hello")
    # THEN
    assert started == [second]
    eventually(lambda: function.batches() == [["hello"]])


def test_environments_of_a_function_are_capped_and_shared(account: Account, runtime: Path) -> None:
    # GIVEN a cap of one, and two calls at once
    name = account.deploy(
        "import os, time\ndef lambda_handler(event, context):\n    time.sleep(0.2)\n    return os.getpid()"
    )
    results: list[InvocationResult] = []
    with LambdaService(
        account.endpoint, account.zips, region=REGION, python=runtime, max_environments=1
    ) as service:
        calls = [threading.Thread(target=lambda: results.append(service.invoke(name))) for _ in range(2)]
        # WHEN
        for call in calls:
            call.start()
        for call in calls:
            call.join()
    # THEN
    assert results[0].ok
    assert results[0].payload == results[1].payload
