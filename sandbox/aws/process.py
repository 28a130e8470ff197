"""The stand-in as a process that somebody starts, uses and stops."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Any, Self

import urllib3

from sandbox.aws.inventory import leftovers
from sandbox.aws.neighbours import NEIGHBOURS_PATH

REGION = "eu-central-1"
ACCOUNT_ID = "123456789012"
"""moto's account."""


_DUMMY_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class AwsStandInError(Exception):
    """The local AWS endpoint did not start; says what it printed."""


class AwsStandIn:
    """A local AWS endpoint on a free loopback port, in a process of its own.

    Usage: `with AwsStandIn() as aws: boto3.client("sqs", **aws.client_settings)`.
    """

    def __init__(
        self, *, functions_url: str | None = None, mail_url: str | None = None, log: Path | None = None
    ) -> None:
        """`functions_url`: who runs functions; `mail_url`: who takes mail; `log`: file for what it prints."""
        self._functions_url = functions_url
        self._mail_url = mail_url
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._reader = Thread()
        self._printed: list[str] = []
        self.endpoint = ""

    def start(self) -> None:
        """Start it and wait until it takes requests.

        Raises:
            AwsStandInError: it ended instead.
        """
        command = [sys.executable, "-m", "sandbox.aws", "--end-with-input"]
        if self._functions_url:
            command += ["--functions-url", self._functions_url]
        if self._mail_url:
            command += ["--mail-url", self._mail_url]
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            command,
            # moto wants credentials of some kind for the clients that it uses itself.
            env={**os.environ, **_DUMMY_CREDENTIALS, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"},
            # It ends when this pipe does, so it cannot outlive this process however that ends.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Ctrl-C is for those who use it: it has to be there while they finish.
            start_new_session=True,
        )
        printed = self._process.stdout or io.StringIO()
        for line in printed:
            if line.startswith("ready "):
                self.endpoint = line.split()[1]
                self._reader = Thread(target=self._keep, args=(printed,), daemon=True)
                self._reader.start()
                return
            self._printed.append(line)
        self._process.wait()
        raise AwsStandInError("the local AWS endpoint did not start:\n" + "".join(self._printed))

    def stop(self) -> None:
        """Stop it; harmless when it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None

    def connect(self, *, functions_url: str | None = None, mail_url: str | None = None) -> None:
        """Say where the Lambda service and the mail server are: they may start later than this."""
        addresses = {"functions_url": functions_url, "mail_url": mail_url}
        response = urllib3.request("POST", self.endpoint + NEIGHBOURS_PATH, json=addresses, timeout=10)
        if response.status >= 300:
            raise AwsStandInError(
                f"the local AWS endpoint does not take its neighbours: HTTP {response.status}"
            )

    @property
    def environ(self) -> dict[str, str]:
        """Environment variables with which Terraform, boto3 and the exporter use this endpoint."""
        return {
            **_DUMMY_CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # A user's own configuration may hold a profile or endpoints that would win.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # moto's server closes a connection now and then, so once is not enough. With its default of 25
            # attempts the provider would back off for minutes on what can never work.
            "AWS_MAX_ATTEMPTS": "5",
        }

    @property
    def client_settings(self) -> dict[str, Any]:
        """Keyword arguments for boto3.client()."""
        return {
            "endpoint_url": self.endpoint,
            "region_name": REGION,
            **{name.lower(): value for name, value in _DUMMY_CREDENTIALS.items()},
        }

    def leftovers(self) -> tuple[str, ...]:
        """Everything that exists in the account and is not AWS' own, such as `queue kube-events`."""
        return leftovers(self.client_settings)

    def _keep(self, printed: IO[str]) -> None:
        for line in printed:
            self._printed.append(line)
            if self._log is not None:
                with self._log.open("a") as log:
                    log.write(line)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
