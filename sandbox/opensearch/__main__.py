"""`python -m sandbox.opensearch`: start a real OpenSearch, print its URL, stop it at Ctrl-C."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

from sandbox.opensearch.server import OpenSearchServer, ServerError


def main() -> int:
    """Run until Ctrl-C or SIGTERM. The URL is the only line on standard output."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with OpenSearchServer.start() as server:
            print(server.url, flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except ServerError as error:
        print(f"sandbox.opensearch: {error}", file=sys.stderr)
        return 1
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
