"""One execution environment: a process, its Runtime API, and one invocation at a time.

A timeout, an exit or a failed import ends it for good; the next invocation gets a new one, as in AWS.
"""

from __future__ import annotations

import json
import queue
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from sandbox.lambda_service.crashes import CallGate, Crashes
from sandbox.lambda_service.function import DeployedFunction, process_variables
from sandbox.lambda_service.logs import FunctionLog
from sandbox.lambda_service.runtime_api import (
    Answered,
    Exited,
    InitFailed,
    Invocation,
    Mailbox,
    Raised,
    Ready,
    RuntimeApi,
    Signal,
)
from sandbox.lambda_service.runtime_process import RuntimeProcess

INIT_SECONDS = 10.0
"""AWS ends an initialisation after 10 s and repeats it within the first invocation's time: both together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationResult:
    """What Invoke answers."""

    request_id: str
    payload: bytes
    """The handler's JSON, or errorMessage and errorType."""
    function_error: str | None
    """`Unhandled`, or None when the handler returned."""
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the handler returned."""
        return self.function_error is None


class ExecutionEnvironment:
    """Made cold; warm after its first invocation."""

    def __init__(
        self,
        function: DeployedFunction,
        log: FunctionLog,
        *,
        python: Path,
        task_root: Path,
        endpoint: str,
        region: str,
        crashes: Crashes | None = None,
    ) -> None:
        self.function = function
        self._log = log
        self._mailbox: Mailbox = queue.SimpleQueue()
        self._api = RuntimeApi(self._mailbox)
        self._over = False
        self._gate = self._gate_to(endpoint, crashes) if crashes else None
        variables = process_variables(
            function,
            runtime_api=self._api.address,
            task_root=task_root,
            endpoint=self._gate.url if self._gate else endpoint,
            region=region,
        )
        self._process = RuntimeProcess(
            python,
            function.handler,
            task_root=task_root,
            variables=variables,
            on_line=log.add,
            on_exit=lambda code: self._mailbox.put(Exited(code)),
        )

    def alive(self) -> bool:
        """Whether it can take another invocation."""
        return not self._over and self._process.alive()

    def close(self) -> None:
        """End the process. AWS, too, kills a function's runtime without a signal before."""
        self._over = True
        self._process.kill()
        self._api.close()
        if self._gate:
            self._gate.close()

    def invoke(self, payload: bytes, lineage: str = "") -> InvocationResult:
        """Run the handler once. Never raises for what the function does. `lineage` goes into its trace."""
        request_id = str(uuid.uuid4())
        started = time.monotonic()
        signal = self._wait_for(INIT_SECONDS + self.function.timeout, Ready, InitFailed, Exited)
        if isinstance(signal, Ready):
            self._log.add(f"START RequestId: {request_id} Version: {self.function.version}")
            started = time.monotonic()
            self._api.offer(self._invocation(request_id, payload, lineage))
            signal = self._wait_for(self.function.timeout, Answered, Raised, Exited)
        seconds = time.monotonic() - started
        result = self._result(request_id, signal, seconds)
        self._log.add(f"REPORT RequestId: {request_id} Duration: {seconds * 1000:.2f} ms")
        return result

    def _wait_for(self, seconds: float, *kinds: type[Signal]) -> Signal | None:
        """The next signal of these kinds, or None when the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                signal = self._mailbox.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if isinstance(signal, kinds):
                return signal

    def _gate_to(self, endpoint: str, crashes: Crashes) -> CallGate:
        return CallGate(endpoint, lambda call: crashes.count(self.function.name, call), self._kill)

    def _kill(self) -> None:
        self._process.kill()

    def _invocation(self, request_id: str, payload: bytes, lineage: str) -> Invocation:
        now = time.time()
        trace = f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]};Sampled=0"
        return Invocation(
            request_id=request_id,
            payload=payload,
            function_arn=self.function.arn,
            deadline_ms=int((now + self.function.timeout) * 1000),
            trace_id=f"{trace};{lineage}" if lineage else trace,
        )

    def _result(self, request_id: str, signal: Signal | None, seconds: float) -> InvocationResult:
        error: str | None = "Unhandled"
        match signal:
            case Answered(payload=payload):
                error = None
            case Raised(payload=payload):
                pass
            case InitFailed(payload=payload):
                self._over = True
            case Exited(code=code):
                self._over = True
                payload = self._sandbox_error(request_id, "Runtime.ExitError", _exit_message(code))
            case _:
                self._over = True
                message = f"Task timed out after {self.function.timeout:.2f} seconds"
                payload = self._sandbox_error(request_id, "Sandbox.Timedout", message)
        return InvocationResult(request_id=request_id, payload=payload, function_error=error, seconds=seconds)

    def _sandbox_error(self, request_id: str, kind: str, message: str) -> bytes:
        text = f"RequestId: {request_id} Error: {message}"
        self._log.add(text)
        return json.dumps({"errorType": kind, "errorMessage": text}).encode()


def _exit_message(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    how = f"signal: {-code}" if code < 0 else f"exit status {code}"
    return f"Runtime exited with error: {how}"
