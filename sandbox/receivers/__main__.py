"""`python -m sandbox.receivers`: a DingTalk robot, a Chime webhook and a letter box to try things on."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from sandbox.receivers.server import ReceiverServer


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.receivers", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--keyword", action="append", default=[], help="a keyword that the robot asks for")
    parser.add_argument(
        "--secret", default="", help="have the robot check signatures with this made-up secret"
    )
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    try:
        server = ReceiverServer(port=options.port)
    except OSError as error:
        print(f"port {options.port} of 127.0.0.1 cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    with server:
        robot = server.add_robot("dingtalk", keywords=tuple(options.keyword), secret=options.secret)
        print(f"inbox     {server.url}")
        print(f"dingtalk  {robot}")
        print(f"chime     {server.add_webhook('chime')}")
        print(f"mail      {server.mail_url}", flush=True)
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
