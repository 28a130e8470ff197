"""`python -m sandbox.opensearch`: start a real OpenSearch, print its URL, stop it at Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sandbox.opensearch.release import VERSIONS
from sandbox.opensearch.server import OpenSearchServer, ServerError

PASSWORD = "OPENSEARCH_INITIAL_ADMIN_PASSWORD"  # noqa: S105 - the name of the variable
"""As OpenSearch's own images call it."""


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM. The URL is the only line on standard output."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _server(options) as server:
            print(server.url, flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except ServerError as error:
        print(f"sandbox.opensearch: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.opensearch", description="A real OpenSearch on loopback, until Ctrl-C."
    )
    parser.add_argument("--version", help=f"such as {' or '.join(VERSIONS)}; else the newest that a JDK runs")
    parser.add_argument(
        "--security",
        action="store_true",
        help=f"with the security plugin; the password of admin is that of {PASSWORD}, else a random one",
    )
    parser.add_argument(
        "--ism-zip",
        type=Path,
        help="with this index management plugin, which Maven does not have; also OPENSEARCH_ISM_ZIP",
    )
    return parser


def _server(options: argparse.Namespace) -> OpenSearchServer:
    if not options.security:
        return OpenSearchServer.start(options.version, ism_zip=options.ism_zip)
    given = os.environ.get(PASSWORD)
    server = OpenSearchServer.launch(
        options.version, security=True, admin_password=given, ism_zip=options.ism_zip
    )
    where = PASSWORD if given else server.write_secret()
    print(f"sign in as admin; the password is in {where}", file=sys.stderr, flush=True)
    return server


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
