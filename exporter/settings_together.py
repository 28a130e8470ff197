"""What is wrong about settings that are right one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from exporter.lease.timings import JITTER
from exporter.regions import unknown_region
from exporter.selection.drop_rules import drop_faults
from exporter.settings import Settings

MAX_PORT = 65_535


def contradictions(settings: Settings, labels: Mapping[str, str]) -> Iterator[str]:
    """A line for each.

    What belongs to a part that is off (--leader-election=false) is not used and no error, so that a flag can
    turn off what the file has settings for.

    Args:
        settings: each right by itself.
        labels: how an error calls each.
    """
    yield from _target(settings, labels)
    yield from _region(settings, labels)
    yield from _lease_timings(settings, labels)
    for name, number in Counter(settings.namespaces).items():
        if number > 1:
            yield f"{labels['namespaces']} names {name} {number} times: once is enough"
    yield from (f"{labels['drop']} is wrong at {fault}" for fault in drop_faults(settings.drop))
    if settings.listen and int(settings.listen.rpartition(":")[2]) > MAX_PORT:
        yield f"{labels['listen']} is {settings.listen!r}: ports end at {MAX_PORT}"


def _target(settings: Settings, labels: Mapping[str, str]) -> Iterator[str]:
    used, unused = ("stream", "event_bus") if settings.sink == "kinesis" else ("event_bus", "stream")
    if not getattr(settings, used):
        yield f"{labels[used]} is missing, and --sink is {settings.sink}: it must be a name or an ARN"
    if getattr(settings, unused):
        yield f"{labels[unused]} has no meaning when --sink is {settings.sink}: leave it out"


def _region(settings: Settings, labels: Mapping[str, str]) -> Iterator[str]:
    flag, target = (
        ("--stream", settings.stream) if settings.sink == "kinesis" else ("--event-bus", settings.event_bus)
    )
    if target and target.startswith("arn:") and region_of(target) != settings.region:
        yield f"{labels['region']} is {settings.region!r}, but {flag} lies in {region_of(target)!r}"
    if doubt := unknown_region(settings.region):
        yield f"{labels['region']} is {settings.region!r}: {doubt}"
    where = settings.cluster_region
    if where and where != settings.region and (doubt := unknown_region(where)):
        yield f"{labels['cluster_region']} is {where!r}: {doubt}"


def _lease_timings(settings: Settings, labels: Mapping[str, str]) -> Iterator[str]:
    duration, deadline, period = settings.lease_duration, settings.renew_deadline, settings.retry_period
    if duration <= deadline:
        yield (
            f"{labels['lease_duration']} is {duration:g}: it must be greater than --renew-deadline, which is "
            f"{deadline:g}, or two leaders could ship at a time"
        )
    if deadline <= JITTER * period:
        yield (
            f"{labels['renew_deadline']} is {deadline:g}: it must be greater than {JITTER:g} times "
            f"--retry-period, which is {period:g}, or a leader would give up before it tries again"
        )


def region_of(arn: str) -> str:
    """The fourth part of an ARN; empty if it has none."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 else ""
