"""JSON log lines with the field names that Powertools gives the functions, so that one query finds both."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from exporter.redaction import redacted

SERVICE = "kube-events-exporter"

_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every LogRecord has; the rest was given as `extra`."""


class JsonFormatter(logging.Formatter):
    """One JSON object a line: level, message, timestamp, service, cluster …, and what was given as extra.

    Without what looks like a credential, but for a `record` that was given up: the log is its dead letter, so
    it stays as it is.
    """

    def __init__(self, cluster: str) -> None:
        super().__init__()
        self._cluster = cluster

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        fields: dict[str, object] = {
            "level": record.levelname,
            "location": f"{record.name}.{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "service": SERVICE,
            "cluster": self._cluster,
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}
        if record.exc_info and record.exc_info[0]:
            fields["exception_name"] = record.exc_info[0].__name__
            fields["exception"] = self.formatException(record.exc_info)
        record_given_up = fields.pop("record", None)
        line = redacted(_encoded(fields))
        return line if record_given_up is None else f'{line[:-1]}, "record": {_encoded(record_given_up)}}}'


def _encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def configure_logs(cluster: str, level: str) -> None:
    """Log to standard output. What the libraries say below WARNING is theirs."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(cluster))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("exporter").setLevel(level)
