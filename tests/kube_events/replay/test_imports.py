"""A command waits for no library that it does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["version", "rules --help", "replay --help", "backfill --help"])
def test_no_client_is_loaded_before_it_is_needed(command: str) -> None:
    code = (
        "import sys\nfrom kube_events.__main__ import main\n"
        f"try: main({command.split()!r})\nexcept SystemExit: pass\n"
        "clients = {'boto3', 'botocore', 'kubernetes', 'opensearchpy', 'urllib3'}\n"
        "print(clients & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "set()\n"
