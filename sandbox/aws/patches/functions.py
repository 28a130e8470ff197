"""Lambda: settings that moto forgets, and invocations handed to the Lambda service."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from sandbox.aws.neighbours import NeighbourError, Neighbours
from sandbox.aws.patches.replace import add, replace

_FORGOTTEN_ON_UPDATE = {
    "TracingConfig": "tracing_config",
    "KMSKeyArn": "kms_key_arn",
    "Architectures": "architectures",
}


def apply(neighbours: Neighbours) -> None:
    """Put the patches in."""
    replace(LambdaFunction, "__init__", _keeping_logging)
    replace(LambdaFunction, "get_configuration", _telling_logging)
    replace(LambdaFunction, "update_configuration", _updating_all)
    replace(LambdaResponse, "invoke", lambda _: _handing_over(neighbours))
    add(LambdaResponse, "put_function_recursion_config", _put_recursion)
    add(LambdaResponse, "get_function_recursion_config", _get_recursion)
    name = r"(?P<function_name>[\w_:%-]+)"
    urls.url_paths[rf"{{0}}/(?P<api_version>[^/]+)/functions/{name}/recursion-config$"] = (
        LambdaResponse.dispatch
    )


def _keeping_logging(init: Any) -> Any:
    """moto drops LoggingConfig, and every plan would set it again."""

    def keeping(self: Any, account_id: str, spec: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        init(self, account_id, spec, *args, **kwargs)
        self.logging_config = spec.get("LoggingConfig")
        self.recursive_loop = "Terminate"

    return keeping


def _telling_logging(get_configuration: Any) -> Any:
    def telling(self: Any, on_create: bool = False) -> dict[str, Any]:
        configuration: dict[str, Any] = get_configuration(self, on_create)
        usual = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
        chosen = self.logging_config or {}
        if chosen.get("LogFormat") == "JSON":
            # Lambda filters JSON by levels, and nothing else.
            usual |= {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
        configuration["LoggingConfig"] = usual | chosen
        return configuration

    return telling


def _updating_all(update_configuration: Any) -> Any:
    """moto updates some settings of a function and not others."""

    def updating(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        if "LoggingConfig" in config_updates:
            self.logging_config = config_updates["LoggingConfig"]
        for field, attribute in _FORGOTTEN_ON_UPDATE.items():
            if field in config_updates:
                setattr(self, attribute, config_updates[field])
        return update_configuration(self, config_updates)  # type: ignore[no-any-return]

    return updating


def _handing_over(neighbours: Neighbours) -> Any:
    """moto runs functions in containers. Here the Lambda service runs them, and this API only passes on."""

    def invoke(self: Any) -> tuple[int, dict[str, str], str | bytes]:
        name = unquote(self.path.rsplit("/", 2)[-2])
        function = self.backend.get_function(name, self._get_param("qualifier"))
        if self.headers.get("X-Amz-Invocation-Type") == "DryRun":
            return _response(204, {}, "")
        payload = self.body if isinstance(self.body, bytes) else str(self.body).encode()
        try:
            answer = neighbours.invoke(function.function_name, payload, dict(self.headers))
        except NeighbourError as missing:
            said = {"Type": "Service", "Message": str(missing)}
            return _response(500, {"X-Amzn-Errortype": "ServiceException"}, json.dumps(said))
        return _response(answer.status, {"Content-Type": "application/json", **answer.headers}, answer.body)

    return invoke


def _response(
    status: int, headers: dict[str, str], body: str | bytes
) -> tuple[int, dict[str, str], str | bytes]:
    # moto reads the status from a header of this name and nowhere else.
    return status, {"status": str(status), **headers}, body


def _put_recursion(self: Any) -> tuple[int, dict[str, str], str]:
    """moto does not know whether a function may call itself."""
    function = self.backend.get_function(unquote(self.path.rsplit("/", 2)[-2]))
    function.recursive_loop = self.json_body["RecursiveLoop"]
    return _get_recursion(self)


def _get_recursion(self: Any) -> tuple[int, dict[str, str], str]:
    function = self.backend.get_function(unquote(self.path.rsplit("/", 2)[-2]))
    return 200, {}, json.dumps({"RecursiveLoop": function.recursive_loop})
