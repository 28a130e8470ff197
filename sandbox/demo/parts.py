"""The parts that have to run before anything can be deployed."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sandbox.aws import AwsStandIn
from sandbox.aws.process import REGION
from sandbox.demo.progress import Progress
from sandbox.lambda_service.runtime_environment import runtime_python
from sandbox.lambda_service.service import LambdaService
from sandbox.opensearch import OpenSearchServer
from sandbox.receivers import ReceiverServer
from scripts.package_lambdas import build


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs, and where the zips are that may be deployed to it."""

    aws: AwsStandIn
    functions: LambdaService
    receivers: ReceiverServer
    search: OpenSearchServer
    zips: Path


def start_parts(stack: ExitStack, progress: Progress, work: Path) -> Parts:
    """Start everything, side by side where it can be; `stack` stops it again, in reverse order.

    Raises:
        ServerError, AwsStandInError, PackagingError: a part does not start; one line says why.
    """
    with progress.stage("zips and servers"):
        side = stack.enter_context(ThreadPoolExecutor(thread_name_prefix="start"))
        search = side.submit(OpenSearchServer.start, say=progress.say)
        stack.callback(_stop_when_started, search)
        runtime = side.submit(runtime_python)
        zips = build("sandbox", progress=progress.say)["notify"].parent
        receivers = stack.enter_context(ReceiverServer())
        aws = stack.enter_context(AwsStandIn(mail_url=receivers.mail_url, log=work / "aws.log"))
        functions = stack.enter_context(
            LambdaService(aws.endpoint, zips, region=REGION, logs=work / "functions", python=runtime.result())
        )
        aws.connect(functions_url=functions.url, mail_url=receivers.mail_url)
        progress.say(f"a local AWS endpoint at {aws.endpoint}, receivers at {receivers.url}")
        return Parts(aws, functions, receivers, search.result(), zips)


def _stop_when_started(search: Future[OpenSearchServer]) -> None:
    if not search.cancel() and search.exception() is None:
        search.result().stop()
