"""moto's server in this process, with the patches and one route of our own."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from sandbox.aws import patches
from sandbox.aws.neighbours import NEIGHBOURS_PATH, Neighbours


def serve(port: int, neighbours: Neighbours) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT; prints `ready <URL>` once requests are taken."""
    patches.apply(neighbours)
    # One line per request would drown what matters, and cost time.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = _with_own_route(DomainDispatcherApplication(create_backend_app), neighbours)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def _with_own_route(moto: Any, neighbours: Neighbours) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != NEIGHBOURS_PATH:
            return moto(environ, start_response)  # type: ignore[no-any-return]
        addresses = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        neighbours.name(functions_url=addresses.get("functions_url"), mail_url=addresses.get("mail_url"))
        start_response("204 No Content", [])
        return [b""]

    return application
