"""Invoking a function by name: looked up each time, run in a warm environment if there is one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.lambda_service import lineage
from sandbox.lambda_service.crashes import Crashes
from sandbox.lambda_service.errors import LambdaServiceError, LoopEndedError
from sandbox.lambda_service.execution_environment import ExecutionEnvironment, InvocationResult
from sandbox.lambda_service.function import DeployedFunction, look_up
from sandbox.lambda_service.logs import Logs
from sandbox.lambda_service.zip_store import ZipStore

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MAX_ENVIRONMENTS = 4
"""At the same time per function. AWS' default is 1,000 for all of an account; one machine has few cores."""


class Functions:
    """Every function at the AWS endpoint, those included that are created later."""

    def __init__(
        self,
        client: LambdaClient,
        zips: ZipStore,
        logs: Logs,
        *,
        python: Path,
        endpoint: str,
        region: str,
        max_environments: int = MAX_ENVIRONMENTS,
        crashes: Crashes | None = None,
    ) -> None:
        self._client = client
        self._zips = zips
        self._logs = logs
        self._python = python
        self._endpoint = endpoint
        self._region = region
        self._max_environments = max_environments
        self._crashes = crashes
        self._longest: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._idle: list[ExecutionEnvironment] = []
        self._busy: list[ExecutionEnvironment] = []
        self._closed = False

    def invoke(self, name: str, payload: bytes, traces: Collection[str] = ()) -> InvocationResult:
        """Run the function once, waiting for a free environment if it must. `traces` are the trace headers of
        what it is invoked by.

        Raises:
            LoopEndedError: it has been through here too often, and the function has not said that it may.
            LambdaServiceError: the function or its code is not to be had.
        """
        function = look_up(self._client, name)
        self._end_loops(function, traces)
        with self._environment(function) as environment:
            return environment.invoke(payload, lineage.continued(traces, function.arn))

    def _end_loops(self, function: DeployedFunction, traces: Collection[str]) -> None:
        rounds = lineage.rounds(traces, function.arn)
        with self._changed:
            self._longest[function.name] = max(self._longest[function.name], rounds)
        if rounds < lineage.MAX_ROUNDS:
            return
        setting = self._client.get_function_recursion_config(FunctionName=function.name)
        if setting["RecursiveLoop"] == "Terminate":
            raise LoopEndedError(f"{function.name} has called itself {lineage.MAX_ROUNDS} times")

    def longest_chain(self, name: str) -> int:
        """How often the most travelled message has been through this function."""
        with self._changed:
            return self._longest[name]

    def close(self) -> None:
        """End every environment; invocations that run become failed ones."""
        with self._changed:
            self._closed = True
            environments = self._idle + self._busy
            self._idle = []
            self._changed.notify_all()
        for environment in environments:
            environment.close()

    @contextmanager
    def _environment(self, function: DeployedFunction) -> Iterator[ExecutionEnvironment]:
        environment = self._take(function)
        try:
            yield environment
        finally:
            self._give_back(environment)

    def _take(self, function: DeployedFunction) -> ExecutionEnvironment:
        with self._changed:
            while True:
                if self._closed:
                    raise LambdaServiceError("the service is being stopped")
                outdated = [one for one in self._idle if one.function.name == function.name]
                warm = [one for one in outdated if one.function == function and one.alive()]
                if warm:
                    environment = warm[0]
                    self._idle.remove(environment)
                    break
                for one in outdated:
                    self._idle.remove(one)
                    one.close()
                if sum(one.function.name == function.name for one in self._busy) < self._max_environments:
                    environment = self._start(function)
                    break
                self._changed.wait()
            self._busy.append(environment)
            return environment

    def _give_back(self, environment: ExecutionEnvironment) -> None:
        with self._changed:
            self._busy.remove(environment)
            keep = environment.alive() and not self._closed
            if keep:
                self._idle.append(environment)
            self._changed.notify_all()
        if not keep:
            environment.close()

    def _start(self, function: DeployedFunction) -> ExecutionEnvironment:
        return ExecutionEnvironment(
            function,
            self._logs.of(function.name),
            python=self._python,
            task_root=self._zips.task_root(function.code_sha256),
            endpoint=self._endpoint,
            region=self._region,
            crashes=self._crashes,
        )
