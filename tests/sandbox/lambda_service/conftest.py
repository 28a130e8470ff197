"""A local AWS endpoint, the service over it, and functions of a few lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from sandbox.aws import AwsStandIn
from sandbox.lambda_service import LambdaService
from sandbox.lambda_service.runtime_environment import runtime_python
from tests.sandbox.lambda_service.account import REGION, ROLE, Account
from tests.sandbox.lambda_service.recorder import Recorder


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The interpreter that functions run under, made once per machine."""
    return runtime_python()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The AWS stand-in, whose own dispatch of functions is off."""
    with AwsStandIn() as aws:
        iam = boto3.client("iam", **aws.client_settings)
        iam.create_role(RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument="{}")
        yield aws.endpoint


@pytest.fixture
def account(endpoint: str, tmp_path: Path) -> Iterator[Account]:
    """An AWS account to create functions and mappings in. Names are new in each test, mappings go with it."""
    account = Account(endpoint, tmp_path / "zips")
    yield account
    account.delete_mappings()


@pytest.fixture
def recorder(account: Account, tmp_path: Path) -> Callable[..., Recorder]:
    """Deploys a function that writes down what it gets."""
    return lambda *body: Recorder(account, tmp_path / "seen", *body)


@pytest.fixture
def service(account: Account, runtime: Path, tmp_path: Path) -> Iterator[LambdaService]:
    """The service under test, over the zips that `account` deploys."""
    with LambdaService(
        account.endpoint, account.zips, region=REGION, logs=tmp_path / "logs", python=runtime
    ) as running:
        yield running


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds; it is the pollers' threads that make it so."""

    def wait(holds: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.05)

    return wait
