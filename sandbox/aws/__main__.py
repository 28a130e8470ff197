"""`python -m sandbox.aws`: the local AWS endpoint as a process of its own. Prints its address when it is ready."""

from __future__ import annotations

import argparse

from sandbox.aws.neighbours import Neighbours
from sandbox.aws.server import serve


def main() -> None:
    """Serve until told to stop (SIGTERM, SIGINT)."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description="A local AWS endpoint.")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--functions-url", help="where Lambda's Invoke is handed to")
    parser.add_argument("--mail-url", help="where mail of SNS subscriptions is posted to")
    options = parser.parse_args()
    serve(options.port, Neighbours(functions_url=options.functions_url, mail_url=options.mail_url))


main()
