"""A provider that is started once and used by many commands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox.terraform.errors import ProviderError

_ANNOUNCED = re.compile(r"TF_REATTACH_PROVIDERS='(.+)'")


@contextmanager
def running_provider(directory: Path, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Start the AWS provider of an initialised configuration; yields what Terraform needs to know about it.

    Terraform starts a provider anew for each phase of each command, two seconds of processor time a piece;
    a plan test is little else. `environ` is the provider's: it says which AWS.

    Raises:
        ProviderError: the provider ended instead of saying how to reach it.
    """
    # <registry>/<owner>/<name>/<version>/<platform>/; the last may be a link into a mirror.
    binary = next((directory / ".terraform" / "providers").glob("*/*/*/*/*/terraform-provider-aws_*"))
    process = subprocess.Popen(
        [str(binary), "-debug"],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield {"TF_REATTACH_PROVIDERS": _announcement(process)}
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _announcement(process: subprocess.Popen[str]) -> str:
    printed = ""
    for line in process.stdout or ():
        printed += line
        if found := _ANNOUNCED.search(line):
            return found[1]
    raise ProviderError(f"the AWS provider did not start: {printed.strip()}")
