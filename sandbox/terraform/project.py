"""A Terraform configuration in a working copy of its own: init, apply, plan, outputs, destroy."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.terraform.errors import TerraformError
from sandbox.terraform.messages import Messages
from sandbox.terraform.provider import ToolMissingError, find_provider_mirror, find_terraform
from sandbox.terraform.running_provider import running_provider

PARALLELISM = 30
"""Resources at a time. Nearly all of the time is waiting inside of the provider; the default is 10."""

_NOT_COPIED = shutil.ignore_patterns(".terraform*", "terraform.tfstate*", "*.tfvars*")


class TerraformProject:
    """A copy of a configuration, so that two can be used side by side and the repository stays as it is."""

    def __init__(
        self,
        source: Path,
        work: Path,
        environ: Mapping[str, str],
        *,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Copy `source` into the folder `work`.

        `environ` says which AWS; of this process' variables, those of AWS and Terraform are left out.
        `on_progress` hears of each resource that is done, as `3/117 <address>`.
        """
        self.directory = work / source.name
        self._environ = {**clean_environ(os.environ), **environ}
        self._on_progress = on_progress
        self._log = work / "terraform.log"
        shutil.copytree(source, self.directory, ignore=_NOT_COPIED, dirs_exist_ok=True)

    def init(self) -> None:
        """Get modules and provider ready.

        Raises:
            ToolMissingError: Terraform is not there, or the provider is nowhere to be had.
            TerraformError: anything else.
        """
        mirror = find_provider_mirror()
        from_mirror = [f"-plugin-dir={mirror}"] if mirror else []
        result = self._run(["init", "-input=false", "-no-color", *from_mirror])
        if result.returncode == 0:
            return
        if mirror is None and "query available provider packages" in result.stdout:
            raise ToolMissingError(
                "Terraform's AWS provider is neither on this machine nor to be had from its registry: "
                "put hashicorp/aws 5.100 into ~/.terraform.d/plugins (terraform providers mirror)"
            )
        raise TerraformError(f"terraform init: {result.stdout.strip()}")

    def apply(self, variables: Mapping[str, Any]) -> None:
        """Make what the configuration says. The variables are kept for plan and destroy.

        Raises:
            TerraformError: says which resource failed and why.
        """
        (self.directory / "sandbox.auto.tfvars.json").write_text(json.dumps(variables, indent=2))
        self._stream(["apply", "-auto-approve"])

    def plan(self) -> tuple[str, ...]:
        """What an apply would change now, such as `update aws_kms_key.this`; empty if nothing.

        Raises:
            TerraformError: the configuration cannot be planned.
        """
        return self._stream(["plan"]).planned

    def outputs(self) -> dict[str, Any]:
        """The outputs' values by name."""
        result = self._run(["output", "-json"])
        if result.returncode:
            raise TerraformError(f"terraform output: {result.stdout.strip()}")
        return {name: output["value"] for name, output in json.loads(result.stdout).items()}

    def destroy(self) -> None:
        """Unmake everything.

        Raises:
            TerraformError: says which resource failed and why.
        """
        self._stream(["destroy", "-auto-approve"])

    @contextmanager
    def running_provider(self) -> Iterator[None]:
        """Keep one provider for all commands inside of the block. After init.

        Raises:
            ProviderError: it does not start.
        """
        with running_provider(self.directory, self._environ) as reattach:
            before, self._environ = self._environ, {**self._environ, **reattach}
            try:
                yield
            finally:
                self._environ = before

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Any other command, with its output (standard error included) in `stdout`."""
        return self._run(list(arguments), cwd)

    def _run(self, arguments: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [find_terraform(), *arguments],
            cwd=cwd or self.directory,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _stream(self, arguments: list[str]) -> Messages:
        with self.running_provider():
            return self._stream_with_provider(*arguments)

    def _stream_with_provider(self, command: str, *options: str) -> Messages:
        messages = Messages(self._on_progress)
        process = subprocess.Popen(
            [find_terraform(), command, "-json", "-input=false", f"-parallelism={PARALLELISM}", *options],
            cwd=self.directory,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            with process, self._log.open("a") as log:
                for line in process.stdout or ():
                    log.write(line)
                    messages.take(line)
        except KeyboardInterrupt:
            _give_up(process)
            raise
        if process.returncode:
            raise TerraformError(f"terraform {command}: {messages.errors() or f'see {self._log}'}")
        return messages


def _give_up(process: subprocess.Popen[str]) -> None:
    """End Terraform together with its provider, which would stay behind if Terraform were killed.

    The first interrupt (a terminal sends it to everybody) lets it finish what it has begun, which may take
    minutes; the second ends it at once. What it has made is in a sandbox that goes away.
    """
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without what belongs to another AWS account or another Terraform project."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("AWS_", "TF_"))}
    settings = environ.get("TF_CLI_CONFIG_FILE", "")
    # One that points nowhere makes every command warn.
    if settings and Path(settings).is_file():
        kept["TF_CLI_CONFIG_FILE"] = settings
    # No calls home, and no advice on what to type next.
    return {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
