"""The half of the check that is about AWS: the stream or bus, and whether it takes a record from us."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.check.report import Report
from exporter.check.role import advice
from exporter.edges import open_sink
from exporter.settings import Settings
from exporter.ship.errors import NotAllowed, SinkError
from exporter.ship.record import Record
from exporter.ship.sink import Sink

RIGHTS = {
    "kinesis": "kinesis:PutRecords on the stream, and kms:GenerateDataKey on its key if it is encrypted",
    "eventbridge": "events:PutEvents on the bus",
}
"""What the exporter's role needs to write."""


def check_stream(settings: Settings, probe: Record, report: Report, environment: Mapping[str, str]) -> None:
    """Ask for the stream, and write a record to it that consumers pass over."""
    try:
        sink = open_sink(settings)
    except SinkError as error:
        report.failed("sink", str(error))
        return
    _describe(sink, report, environment)
    _write(settings, sink, probe, report, environment)


def _describe(sink: Sink, report: Report, environment: Mapping[str, str]) -> None:
    try:
        report.ok("sink", sink.describe())
    except NotAllowed as error:
        report.note("sink", f"may not be asked for, which only check does: {error}")
    except SinkError as error:
        report.failed("sink", f"{error}{advice(error, environment)}")


def _write(
    settings: Settings, sink: Sink, probe: Record, report: Report, environment: Mapping[str, str]
) -> None:
    try:
        (failure,) = sink.send([probe])
    except NotAllowed as error:
        needed = f"; the role needs {RIGHTS[settings.sink]}"
        report.failed("writing", f"{error}{advice(error, environment) or needed}")
    except SinkError as error:
        report.failed("writing", f"{error}{advice(error, environment)}")
    else:
        if failure:
            report.failed("writing", f"{failure.code}: {failure.message}")
        else:
            report.ok("writing", "a record that consumers pass over was taken")
