"""`python -m sandbox.aws`: the local AWS endpoint as a process of its own; prints its address when ready."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from threading import Thread

from sandbox.aws.neighbours import Neighbours
from sandbox.aws.server import serve


def main() -> None:
    """Serve until told to stop (SIGTERM, SIGINT)."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description="A local AWS endpoint.")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--functions-url", help="where Lambda's Invoke is handed to")
    parser.add_argument("--mail-url", help="where mail of SNS subscriptions is posted to")
    parser.add_argument("--end-with-input", action="store_true", help="end when standard input does")
    options = parser.parse_args()
    if options.end_with_input:
        Thread(target=_end_with_input, daemon=True).start()
    serve(options.port, Neighbours(functions_url=options.functions_url, mail_url=options.mail_url))


def _end_with_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


main()
