"""`check`: all of it, in the order in which `run` needs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from exporter.check.cluster import check_cluster
from exporter.check.probe import probe
from exporter.check.report import Report
from exporter.check.stream import check_stream
from exporter.cluster import cluster_of
from exporter.selection.field_selector import divide
from exporter.settings import Settings


def check(
    settings: Settings,
    write: Callable[[str], object],
    environment: Mapping[str, str] = os.environ,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Try everything, write a line for each, and answer the exit code: 0 if all is well, else 1.

    Args:
        settings: of the exporter.
        write: takes a line.
        environment: whose variables say where credentials should come from.
        now: the time.
    """
    report = Report(write)
    report.ok("settings", _settings(settings))
    check_cluster(settings, report)
    check_stream(settings, probe(cluster_of(settings), now()), report, environment)
    return 0 if report.is_well else 1


def _settings(settings: Settings) -> str:
    where = f"namespaces {', '.join(settings.namespaces)}" if settings.namespaces else "all namespaces"
    division = divide(settings.drop)
    number = len(settings.drop)
    rules = f"drop rules: {number}, by the server: {_part(division.selector, division.local)}"
    return f"cluster {settings.cluster}, {where}, {rules if number else 'no drop rules'}"


def _part(selector: str, local: object) -> str:
    if not selector:
        return "none"
    return "a part" if local else "all"
