"""Lambda for the sandbox: invokes deployed functions, and feeds them from their event source mappings."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from sandbox.lambda_service.clients import Clients
from sandbox.lambda_service.counters import MappingStats
from sandbox.lambda_service.crashes import Crashes
from sandbox.lambda_service.execution_environment import InvocationResult
from sandbox.lambda_service.functions import MAX_ENVIRONMENTS, Functions
from sandbox.lambda_service.invoke_api import serve_invoke
from sandbox.lambda_service.logs import Logs
from sandbox.lambda_service.mapping import EventSourceMapping
from sandbox.lambda_service.mappings import Mappings
from sandbox.lambda_service.runtime_environment import runtime_python
from sandbox.lambda_service.zip_store import ZipStore


class LambdaService:
    """A context manager. Functions are looked up at each call, so they may be created while it runs."""

    def __init__(
        self,
        endpoint: str,
        zips: Path,
        *,
        region: str,
        logs: Path | None = None,
        python: Path | None = None,
        max_environments: int = MAX_ENVIRONMENTS,
        crashes: Crashes | None = None,
    ) -> None:
        """
        Args:
            endpoint: URL of the AWS stand-in.
            zips: folder with the zips that were deployed.
            region: of the functions.
            logs: folder for a log file per function, which stay there; a temporary one unless given.
            python: interpreter to run functions under; the cached runtime environment's unless given.
            max_environments: at the same time per function.
            crashes: what functions are to die of; None lets them call AWS without a detour.

        Raises:
            PackagingError: the runtime environment cannot be made.
        """
        self._work = Path(tempfile.mkdtemp(prefix="lambda-service-"))
        clients = Clients(endpoint, region)
        self._logs = Logs(logs or self._work / "logs")
        self._functions = Functions(
            clients.functions,
            ZipStore(zips, self._work),
            self._logs,
            python=python or runtime_python(),
            endpoint=endpoint,
            region=region,
            max_environments=max_environments,
            crashes=crashes,
        )
        self._mappings = Mappings(clients, self._functions)
        self._server = serve_invoke(self._functions)

    def __enter__(self) -> LambdaService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where Invoke is served."""
        return f"http://{self._server.address}"

    def invoke(self, function: str, payload: bytes = b"{}") -> InvocationResult:
        """Invoke a function by name or ARN.

        Raises:
            LambdaServiceError: it or its code is not to be had.
        """
        return self._functions.invoke(function, payload)

    def longest_chain(self, function: str) -> int:
        """How often the most travelled message has been through the function: Lambda ends loops at 16 unless
        the function may call itself."""
        return self._functions.longest_chain(function)

    def start_mappings(self) -> list[EventSourceMapping]:
        """Begin to feed the functions; those mappings that are new since the last call.

        Raises:
            LambdaServiceError: a mapping cannot be served.
        """
        return self._mappings.start()

    def stats(self) -> tuple[MappingStats, ...]:
        """Figures of every mapping.

        Raises:
            PollerCrashedError: a poller has ended by a bug.
        """
        return self._mappings.stats()

    def idle(self, seconds: float = 2.0, *, timers: bool = True) -> bool:
        """Whether all is done: nothing read or settled for so long, and no message waits in a mapped queue.
        Without `timers` one may wait that is delayed.

        Raises:
            PollerCrashedError: a poller has ended by a bug.
        """
        return self._mappings.idle(seconds, timers=timers)

    def lines(self, function: str) -> tuple[str, ...]:
        """The newest log lines of a function."""
        return self._logs.of(function).lines()

    def metrics(self, function: str) -> dict[str, float]:
        """Sum of every metric that a function has printed in the embedded metric format."""
        return self._logs.of(function).metrics()

    def close(self) -> None:
        """Stop the pollers, end every process, remove the unpacked zips."""
        self._mappings.ask_to_stop()
        self._server.close()
        self._functions.close()
        self._mappings.join()
        self._logs.close()
        shutil.rmtree(self._work, ignore_errors=True)
