"""`python -m sandbox.terraform check | test`: is infra/ well formed, and does it plan what it should?"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from sandbox.terraform import checks
from sandbox.terraform.errors import TerraformError
from sandbox.terraform.provider import ToolMissingError

INFRA = Path(__file__).resolve().parents[2] / "infra"


def main() -> int:
    """Exit code 0 if all is well, 1 if not, 2 if a tool is missing."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.terraform", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="terraform fmt and validate: root, modules, examples")
    commands.add_parser("test", help="terraform test: plans with the real provider, no network")
    command = parser.parse_args().command
    try:
        with tempfile.TemporaryDirectory(prefix="kube-events-") as work:
            problems = {"check": checks.check, "test": checks.test}[command](INFRA, Path(work))
    except ToolMissingError as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 2
    except TerraformError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
