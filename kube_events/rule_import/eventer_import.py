"""`kube-events rules import kube-eventer`: each sink gets every event that its own filters let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from kube_events.errors import CommandError
from kube_events.rule_import.eventer_filters import chat_condition, webhook_condition
from kube_events.rule_import.eventer_options import FILTERS, note_options, note_reading
from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.imported import Imported, finish
from kube_events.rule_import.imported_route import ImportedRoute, Origin
from kube_events.rule_import.patterns import Condition
from kube_events.rule_import.receiver_names import Names, Receiver, service_at
from kube_events.rule_import.sink_uri import Sink, read_sink

_INDEX = "the index holds every event, whatever the rules say"
_STREAM = "the exporter's stream or bus carries every event, and others can read it too"
_STORES = {
    "elasticsearch": _INDEX,
    "mysql": _INDEX,
    "sls": _INDEX,
    "influxdb": _INDEX,
    "mongo": _INDEX,
    "kafka": _STREAM,
    "honeycomb": _STREAM,
    "riemann": _STREAM,
    "eventbridge": _STREAM,
    "log": "nothing prints events",
}
"""Sinks that take every event and tell nobody: what there is instead."""

_CONDITIONS: Mapping[str, Callable[[Sink, Findings], Condition]] = {
    "dingtalk": chat_condition,
    "wechat": chat_condition,
    "webhook": webhook_condition,
}
"""Sinks that filter, and how."""


def import_eventer(
    sinks: Sequence[str], *, variables: Mapping[str, str], left_out: Collection[str] = ()
) -> Imported:
    """Translate the sinks of kube-eventer.

    Args:
        sinks: the values of its flags --sink.
        variables: environment variables that they may name.
        left_out: receivers, by our names, that shall not be told.

    Raises:
        CommandError: kube-eventer would not start with a sink.
    """
    read = [read_sink(text, number, variables) for number, text in enumerate(sinks, 1)]
    if not read:
        raise CommandError(["kube-eventer: at least one --sink"])
    findings = Findings()
    sinks_of = _Sinks(Counter(map(_channel, read)), findings)
    told = [route for route in map(sinks_of.route, read) if route is not None]
    return finish(told, sinks_of.receivers, findings, source="kube-eventer", left_out=left_out)


class _Sinks:
    """Makes a route of each sink, and gathers the receivers."""

    def __init__(self, channels: Mapping[str, int], findings: Findings) -> None:
        self.receivers: list[Receiver] = []
        self._channels = channels
        self._findings = findings
        self._names = Names()
        self._robots: dict[tuple[str, str], int] = {}

    def route(self, sink: Sink) -> ImportedRoute | None:
        """The route that stands for a sink; None where it told nobody."""
        note_reading(sink, self._findings)
        if sink.kind in _STORES:
            return self._store(sink)
        if sink.kind not in _CONDITIONS:
            return self._left_out(sink, "kube-eventer has no sink of this type, and went on without it")
        if sink.kind == "webhook" and not sink.host:
            return self._left_out(sink, "no host, so kube-eventer went on without it")
        note_options(sink, self._findings)
        condition = _CONDITIONS[sink.kind](sink, self._findings)
        if condition.never:
            return self._left_out(sink, "no event gets through its filters")
        receiver = Receiver(self._name(sink), _channel(sink))
        self.receivers.append(receiver)
        self._tell_set_up(sink, receiver)
        self._note_same_robot(sink)
        return ImportedRoute(condition.match, (receiver.name,), origins=(_origin(sink),))

    def _store(self, sink: Sink) -> ImportedRoute:
        name = self._name(sink)
        self.receivers.append(Receiver(name, sink.kind, store=True))
        text = (
            f"{sink.kind} keeps events and tells nobody; {_STORES[sink.kind]}. Its route is translated; "
            "leave "
            f"it out with --without {name}"
        )
        self._findings.add(sink.place, sink.kind, Kind.NO_COUNTERPART, text)
        return ImportedRoute(None, (name,), origins=(_origin(sink),))

    def _left_out(self, sink: Sink, why: str) -> ImportedRoute | None:
        self._findings.add(sink.place, sink.kind, Kind.BROKEN, f"{why}; left out")
        return None

    def _name(self, sink: Sink) -> str:
        """The channel's; with the sink's number where several sinks have it."""
        channel = _channel(sink)
        return self._names.of(channel if self._channels[channel] == 1 else f"{channel}-{sink.number}")

    def _tell_set_up(self, sink: Sink, receiver: Receiver) -> None:
        if receiver.channel in {"dingtalk", "chime"}:
            signed = ' and the key of `sign` as "secret"' if sink.first("sign") else ""
            text = (
                f'put the whole address, with its token, as "url"{signed} into the secret that Terraform '
                "makes "
                f"for {receiver.name} (docs/channels.md). Neither is repeated here"
            )
            self._findings.add(sink.place, sink.kind, Kind.TO_DO, text)
            return
        text = (
            f"{receiver.channel} is no channel yet. {receiver.name} is a placeholder: declare it as an "
            "SNS topic "
            f"whose subscriber passes messages on, or leave it out with --without {receiver.name}"
        )
        self._findings.add(sink.place, sink.kind, Kind.NO_COUNTERPART, text)

    def _note_same_robot(self, sink: Sink) -> None:
        token = sink.first("access_token")
        if token is None:
            return
        first = self._robots.setdefault((sink.host, token), sink.number)
        if first != sink.number:
            text = f"the same robot as --sink {first}: an event that both take is told twice, there as here"
            self._findings.add(sink.place, sink.kind, Kind.TRANSLATED, text)


def _channel(sink: Sink) -> str:
    if sink.kind != "webhook":
        return sink.kind
    return service_at(f"https://{sink.host}") or sink.kind


def _origin(sink: Sink) -> Origin:
    """Only what it filters by: anything else may be a secret."""
    filters = (*FILTERS, "reason") if sink.kind in _CONDITIONS else ()
    given = [f"{name}={sink.first(name)}" for name in filters if sink.first(name) is not None]
    return Origin(sink.place, ", ".join([sink.kind, *given]))
