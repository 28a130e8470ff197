"""A place where a handler can be imported as in Lambda: the unpacked zip, variables, S3 with the rules."""

from __future__ import annotations

import functools
import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.lambda_service.function import DeployedFunction, process_variables
from sandbox.lambda_service.loopback import Handler, LoopbackServer
from scripts.packaging.sources import ROOT

REGION = "eu-central-1"
_ARN = f"arn:aws:sqs:{REGION}:123456789012"


class ConfigurationServer:
    """As much of S3 as a handler needs while it is imported: GetObject of two objects, from memory."""

    def __init__(self) -> None:
        rules = (ROOT / "rules" / "default.compiled.json").read_bytes()
        receivers = json.dumps(
            {"version": 1, "receivers": dict.fromkeys(json.loads(rules)["receivers"], _TOPIC)}
        )
        self._objects = {
            _key("rules", rules): rules,
            _key("receivers", receivers.encode()): receivers.encode(),
        }
        self._server = LoopbackServer(functools.partial(_GetObject, self._objects))

    @property
    def url(self) -> str:
        """For AWS_ENDPOINT_URL."""
        return f"http://{self._server.address}"

    @property
    def keys(self) -> tuple[str, str]:
        """Of the rules and of the receivers."""
        rules, receivers = self._objects
        return rules, receivers

    def close(self) -> None:
        """Stop serving."""
        self._server.close()


class FunctionHome:
    """One function, unpacked."""

    def __init__(self, function: str, zip_path: Path, folder: Path, server: ConfigurationServer) -> None:
        self.module = f"lambdas.{function}.handler"
        self.task_root = folder / function
        with zipfile.ZipFile(zip_path) as archive:
            archive.extractall(self.task_root)
        rules, receivers = server.keys
        variables = {
            "CONFIG_BUCKET": "bench",
            "DEAD_LETTERS_BUCKET": "bench",
            "RULES_KEY": rules,
            "RECEIVERS_KEY": receivers,
            "STATE_TABLE": "bench",
            "OPENSEARCH_ENDPOINT": "http://127.0.0.1:9200",
            "OPENSEARCH_AUTH": "sigv4",
            "RETENTION_DAYS": "30",
            "POWERTOOLS_SERVICE_NAME": function,
            "POWERTOOLS_METRICS_NAMESPACE": "kube-events",
        }
        deployed = DeployedFunction(
            name=function,
            arn=f"arn:aws:lambda:{REGION}:123456789012:function:{function}",
            role="",
            handler=f"{self.module}.lambda_handler",
            version="$LATEST",
            code_sha256="",
            timeout=60,
            memory=256,
            log_group="",
            log_format="JSON",
            log_level="",
            variables=tuple(variables.items()),
        )
        process = process_variables(
            deployed, runtime_api="", task_root=self.task_root, endpoint=server.url, region=REGION
        )
        self.variables = {**process, "PYTHONDONTWRITEBYTECODE": "1"}
        """In Lambda the task root is read-only: what the zip lacks compiled is compiled in each process."""


class _GetObject(Handler):
    def __init__(self, objects: dict[str, bytes], *arguments: Any) -> None:
        self._objects = objects
        super().__init__(*arguments)

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        found = self._objects.get(self.path.removeprefix("/bench/").partition("?")[0])
        self.answer(200 if found else 404, found or b"")


def _key(folder: str, data: bytes) -> str:
    return f"{folder}/{sha256(data).hexdigest()}.json"


_TOPIC = {
    "type": "sns",
    "topic_arn": f"arn:aws:sns:{REGION}:123456789012:bench",
    "queue_url": f"https://sqs.{REGION}.amazonaws.com/123456789012/bench",
    "queue_arn": f"{_ARN}:bench",
    "dead_letter_queue_url": f"https://sqs.{REGION}.amazonaws.com/123456789012/bench-dead",
}
