"""Lambda's Invoke over HTTP, synchronous only: what Terraform and the AWS stand-in call."""

from __future__ import annotations

import functools
import json
import re
import urllib.parse
from typing import Any

from sandbox.lambda_service.errors import FunctionMissingError, LambdaServiceError
from sandbox.lambda_service.functions import Functions
from sandbox.lambda_service.loopback import Handler, LoopbackServer
from sandbox.lambda_service.runtime_api import MAX_PAYLOAD_BYTES

_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


def serve_invoke(functions: Functions) -> LoopbackServer:
    """Serve Invoke for these functions."""
    return LoopbackServer(functools.partial(_InvokeHandler, functions))


class _InvokeHandler(Handler):
    def __init__(self, functions: Functions, *arguments: Any) -> None:
        self._functions = functions
        super().__init__(*arguments)

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        payload = self.body() or b"{}"
        path = urllib.parse.unquote(self.path.partition("?")[0])
        target = _INVOKE.fullmatch(path)
        if target is None:
            self._refuse(404, "ResourceNotFoundException", f"{path}: only Invoke is served here")
        elif self.headers.get("X-Amz-Invocation-Type", "RequestResponse") != "RequestResponse":
            message = "X-Amz-Invocation-Type: only RequestResponse is served here"
            self._refuse(400, "InvalidParameterValueException", message)
        elif len(payload) > MAX_PAYLOAD_BYTES:
            message = f"{len(payload)} byte payload is too large, allowed are {MAX_PAYLOAD_BYTES}"
            self._refuse(413, "RequestTooLargeException", message)
        elif not _is_json(payload):
            self._refuse(400, "InvalidRequestContentException", "the payload is no JSON")
        else:
            self._invoke(target[1], payload)

    def _invoke(self, name: str, payload: bytes) -> None:
        try:
            result = self._functions.invoke(name, payload)
        except FunctionMissingError as error:
            self._refuse(404, "ResourceNotFoundException", str(error))
        except LambdaServiceError as error:
            # 400, though AWS has 5xx for some of these: clients try those again, and it would be of no use.
            self._refuse(400, "InvalidRuntimeException", str(error))
        else:
            headers = {"X-Amzn-RequestId": result.request_id, "X-Amz-Executed-Version": "$LATEST"}
            if result.function_error:
                headers["X-Amz-Function-Error"] = result.function_error
            self.answer(200, result.payload, headers)

    def _refuse(self, status: int, kind: str, message: str) -> None:
        body = json.dumps({"Type": "User", "Message": message}).encode()
        self.answer(status, body, {"X-Amzn-ErrorType": kind})


def _is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except ValueError:
        return False
    return True
