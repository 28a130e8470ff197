"""The receivers of kubernetes-event-exporter: which of ours they become, and what of them is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.marked_yaml import Marked
from kube_events.rule_import.receiver_names import Names, Receiver, service_at

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+")

_INDEX = "the index holds every event, whatever the rules say"
_STREAM = "the exporter's stream or bus carries every event, and others can read it too"
_STORES = {
    "elasticsearch": _INDEX,
    "opensearch": _INDEX,
    "bigquery": _INDEX,
    "loki": _INDEX,
    "firehose": "the archive in S3 holds every event (docs/archive.md)",
    "file": "the archive in S3 holds every event (docs/archive.md)",
    "kinesis": _STREAM,
    "eventbridge": _STREAM,
    "kafka": _STREAM,
    "pubsub": _STREAM,
    "stdout": "nothing prints events",
    "pipe": "nothing prints events",
    "inMemory": "it kept events in memory for tests",
    "syslog": _STREAM,
}
"""Sinks that take each event and tell nobody: what there is instead."""

SINKS = (
    "inMemory", "pipe", "webhook", "file", "syslog", "stdout", "elasticsearch", "kinesis", "firehose",
    "opensearch", "opsgenie", "sqs", "sns", "slack", "kafka", "pubsub", "opscenter", "teams", "bigquery",
    "eventbridge", "loki",
)  # fmt: skip
"""In the order in which the exporter looks for them; the first one that a receiver has is taken."""


def read_receivers(
    declared: Iterable[Marked], used: Iterable[str], names: Names, findings: Findings
) -> list[Receiver]:
    """The receivers that the source declares or its routes use, by our names and in the source's order."""
    sources: dict[str, Marked] = {}
    for one in declared:
        name = one.field("name").text()
        if name in sources:
            hidden = sources[name]
            findings.add(
                hidden.place, hidden.path, Kind.BROKEN, f"a later receiver has the same name {name!r}"
            )
        sources[name] = one
    needed = dict.fromkeys(used)
    for name, source in sources.items():
        if name not in needed:
            findings.add(source.place, source.path, Kind.BROKEN, f"no route sends to {name!r}; left out")
    return [
        _receiver(sources[name], names.of(name), findings)
        if name in sources
        else Receiver(names.of(name), "")
        for name in needed
    ]


def _receiver(source: Marked, name: str, findings: Findings) -> Receiver:
    fields = source.fields()
    if fields["name"].text() != name:
        findings.add(
            source.place, source.path, Kind.TRANSLATED, f"{fields['name'].text()!r} is called {name} here"
        )
    sinks = [sink for sink in SINKS if sink in fields and not fields[sink].is_null]
    for key in fields:
        if key not in (*SINKS, "name"):
            findings.add(fields[key].place, fields[key].path, Kind.BROKEN, "no sink of the exporter")
    for sink in sinks[1:]:
        findings.add(
            fields[sink].place,
            fields[sink].path,
            Kind.BROKEN,
            f"a receiver has one sink; the exporter took {sinks[0]}",
        )
    if not sinks:
        findings.add(source.place, source.path, Kind.BROKEN, "no sink; the exporter does not start with it")
        return Receiver(name, "a receiver without a sink")
    return _of_sink(sinks[0], fields[sinks[0]], name, findings)


def _of_sink(sink: str, settings: Marked, name: str, findings: Findings) -> Receiver:
    about, place = settings.path, settings.place
    keys = list(settings.fields())
    if sink in _STORES:
        findings.add(
            place,
            about,
            Kind.NO_COUNTERPART,
            f"{sink} keeps events and tells nobody; {_STORES[sink]}. Its routes are translated; leave "
            "them out with "
            f"--without {name}",
        )
        return Receiver(name, sink, store=True)
    channel, used = _channel(sink, settings)
    if channel in {"dingtalk", "chime"}:
        findings.add(
            place,
            about,
            Kind.TO_DO,
            f"put the address into the secret that Terraform makes for {name} (docs/channels.md); it is "
            "not repeated "
            "here",
        )
    elif channel != "sns":
        findings.add(
            place,
            about,
            Kind.NO_COUNTERPART,
            f"{channel} is no channel yet. {name} is a placeholder: declare it as an SNS topic whose "
            "subscriber "
            f"passes messages on, or leave it out with --without {name}",
        )
    lost = sorted(set(keys) - used)
    if lost:
        findings.add(
            place, about, Kind.NO_COUNTERPART, f"{', '.join(lost)}: messages have the form of their channel"
        )
    if channel == "sns":
        return _topic(settings, name, findings)
    return Receiver(name, channel)


def _channel(sink: str, settings: Marked) -> tuple[str, set[str]]:
    """Our channel, or the sink's own name; and the settings that it stands for."""
    if sink == "sns":
        return "sns", {"topicARN", "region"}
    if sink == "webhook":
        return service_at(settings.field("endpoint").text()) or "webhook", {"endpoint"}
    return sink, {"endpoint", "token", "apiKey", "URL"}


def _topic(settings: Marked, name: str, findings: Findings) -> Receiver:
    arn = settings.field("topicARN")
    if _TOPIC.fullmatch(arn.text()):
        return Receiver(name, "sns", topic_arn=arn.text())
    place = settings.place if arn.is_null else arn.place
    findings.add(
        place, arn.path, Kind.TO_DO, f"this is no ARN of a topic; say it in Terraform's receivers.{name}"
    )
    return Receiver(name, "sns")
