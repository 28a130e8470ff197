"""`python -m sandbox.demo`: the whole pipeline on this machine. Exit code 0 only if the account balances."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from exporter.watch.errors import ApiServerError
from sandbox.aws import AwsStandInError
from sandbox.demo.account import Account, render
from sandbox.demo.cluster import ClusterError
from sandbox.demo.documents import SearchError
from sandbox.demo.exporter_process import ExporterError
from sandbox.demo.look import where_to_look
from sandbox.demo.options import ROOT, Options
from sandbox.demo.progress import Progress
from sandbox.demo.run import Run, run
from sandbox.lambda_service.errors import LambdaServiceError
from sandbox.opensearch import ServerError
from sandbox.terraform import TerraformError, ToolMissingError
from scripts.packaging.errors import PackagingError

EXPECTED_ERRORS = (
    ApiServerError,
    AwsStandInError,
    BotoCoreError,
    ClientError,
    ClusterError,
    ExporterError,
    LambdaServiceError,
    PackagingError,
    SearchError,
    ServerError,
    TerraformError,
    ToolMissingError,
)
"""What can be wrong with a machine, a cluster or a part. Anything else is a fault of ours: a traceback."""

LOGS = ROOT / "build" / "demo-logs"
_NO_LOGS = shutil.ignore_patterns("infra", "kubeconfig", "plugin*")
"""The last ones are sockets that Terraform's provider leaves behind."""
INTERRUPTED = 130


def main() -> int:
    """0: the account balances. 1: it does not, or something failed. 130: interrupted."""
    options = _options()
    progress = Progress()
    # SIGINT too: a shell that starts a job in the background has it ignored.
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _interrupt)
    with tempfile.TemporaryDirectory(prefix="kube-events-demo-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        try:
            account = run(
                options, progress, work, show=lambda under_way, account: _show(under_way, account, options)
            )
        except KeyboardInterrupt:
            progress.say("interrupted; everything is stopped")
            return INTERRUPTED
        except EXPECTED_ERRORS as error:
            print(f"error: {error}", file=sys.stderr)
            _keep_logs(work)
            return 1
        if not options.keep:
            print(render(account, progress.seconds), flush=True)
        if not account.balanced:
            _keep_logs(work)
        return 0 if account.balanced else 1


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--transport", choices=["kinesis", "eventbridge"], default="kinesis")
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    parser.add_argument(
        "--recording", type=Path, action="append", help="replay this instead; may be repeated"
    )
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        default=_environment_path("KUBECONFIG"),
        help="use this cluster (or KUBECONFIG)",
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="how long a real cluster is watched (default: 60)"
    )
    given = parser.parse_args()
    for path in (*(given.recording or ()), *([given.kubeconfig] if given.kubeconfig else ())):
        if not path.is_file():
            parser.error(f"{path} is no file")
    if given.kubeconfig and given.recording:
        parser.error("either a cluster or a recording: unset KUBECONFIG to replay one")
    options = Options(
        transport=given.transport, keep=given.keep, kubeconfig=given.kubeconfig, seconds=given.seconds
    )
    return options._replace(recordings=tuple(given.recording)) if given.recording else options


def _environment_path(name: str) -> Path | None:
    return Path(os.environ[name]) if os.environ.get(name) else None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _show(under_way: Run, account: Account, options: Options) -> None:
    if not options.keep:
        return
    print(render(account, under_way.seconds))
    print(where_to_look(under_way), flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    print("\nstopping everything", flush=True)


def _keep_logs(work: Path) -> None:
    if not any(work.rglob("*.log")):
        return
    shutil.rmtree(LOGS, ignore_errors=True)
    shutil.copytree(work, LOGS, ignore=_NO_LOGS)
    print(f"the logs of this run are in {LOGS.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
