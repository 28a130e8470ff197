"""`kube-events rules import kube-eventer`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from kube_events.errors import CommandError
from kube_events.rule_import.eventer_filters import chat_condition, webhook_condition
from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.imported import Imported, finish
from kube_events.rule_import.imported_route import ImportedRoute, Origin
from kube_events.rule_import.patterns import Condition
from kube_events.rule_import.receiver_names import Names, Receiver, service_at
from kube_events.rule_import.sink_uri import Sink, read_sink

_SOURCE = "kube-eventer"

_STORES = {
    "elasticsearch": "the index holds every event, whatever the rules say",
    "kafka": "the exporter's stream or bus carries every event, and others can read it too",
    "mysql": "the index holds every event, whatever the rules say",
    "sls": "the index holds every event, whatever the rules say",
    "influxdb": "the index holds every event, whatever the rules say",
    "mongo": "the index holds every event, whatever the rules say",
    "honeycomb": "the exporter's stream or bus carries every event, and others can read it too",
    "riemann": "the exporter's stream or bus carries every event, and others can read it too",
    "eventbridge": "the exporter's stream or bus carries every event, and others can read it too",
    "log": "nothing prints events",
}
"""Sinks that take every event and tell nobody: what there is instead."""

_FILTERS = ("level", "namespaces", "kinds")
_CHAT = (*_FILTERS, "label")

_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "dingtalk": (*_CHAT, "access_token", "msg_type", "sign", "cluster_id", "region"),
    "wechat": (*_CHAT, "corp_id", "corp_secret", "agent_id", "to_user"),
    "webhook": (
        *_FILTERS,
        "reason",
        "method",
        "header",
        "custom_body_configmap",
        "custom_body_configmap_namespace",
    ),
}
"""What each sink that filters reads."""

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "dingtalk": ("access_token",),
    "wechat": ("corp_id", "corp_secret", "agent_id"),
    "webhook": (),
}

_LOST: Mapping[str, str] = {
    "label": "messages name the cluster by the exporter's --cluster",
    "msg_type": "messages to DingTalk are markdown",
    "cluster_id": "messages name the cluster by the exporter's --cluster, and have links of their own",
    "region": "messages have links of their own, not those of Alibaba Cloud's console",
    "to_user": "there is no such channel yet",
    "agent_id": "there is no such channel yet",
    "method": "messages are sent as their channel wants them",
    "header": "messages are sent as their channel wants them",
    "custom_body_configmap": "messages have the form of their channel",
    "custom_body_configmap_namespace": "messages have the form of their channel",
}
"""Options that rules do not have: what there is instead."""

_SECRET = ("access_token", "sign", "corp_id", "corp_secret")

_CONDITIONS: Mapping[str, Callable[[Sink, Findings], Condition]] = {
    "dingtalk": chat_condition,
    "wechat": chat_condition,
    "webhook": webhook_condition,
}


def import_eventer(
    sinks: Sequence[str], *, variables: Mapping[str, str], left_out: Collection[str] = ()
) -> Imported:
    """Translate the sinks of kube-eventer, each of which gets every event that its own filters let through.

    Args:
        sinks: the values of its flags --sink.
        variables: environment variables that they may name.
        left_out: receivers, by our names, that shall not be told.

    Raises:
        CommandError: kube-eventer would not start with a sink.
    """
    findings, names = Findings(), Names()
    routes: list[ImportedRoute] = []
    receivers: list[Receiver] = []
    robots: dict[tuple[str, str | None], int] = {}
    for number, text in enumerate(sinks, 1):
        sink = read_sink(text, number, variables)
        _note_reading(sink, findings)
        if sink.kind in _STORES:
            name = names.of(f"{sink.kind}{'' if sink.kind not in _taken(receivers) else f'-{number}'}")
            receivers.append(Receiver(name, sink.kind, store=True))
            routes.append(ImportedRoute(None, (name,), origins=(Origin(sink.place, sink.kind),)))
            text_of = (
                f"{sink.kind} keeps events and tells nobody; {_STORES[sink.kind]}. Its route is "
                "translated; leave it out "
                f"with --without {name}"
            )
            findings.add(sink.place, sink.kind, Kind.NO_COUNTERPART, text_of)
        elif sink.kind not in _CONDITIONS:
            text_of = "kube-eventer has no sink of this type, and went on without it; left out"
            findings.add(sink.place, sink.kind, Kind.BROKEN, text_of)
        elif sink.kind == "webhook" and not sink.host:
            findings.add(
                sink.place, sink.kind, Kind.BROKEN, "no host, so kube-eventer went on without it; left out"
            )
        else:
            _note_options(sink, findings)
            receiver = _receiver(sink, names, receivers, findings)
            receivers.append(receiver)
            _note_same_robot(sink, robots, findings)
            condition = _CONDITIONS[sink.kind](sink, findings)
            if condition.never:
                findings.add(
                    sink.place, sink.kind, Kind.BROKEN, "no event gets through its filters; left out"
                )
                receivers.pop()
                continue
            routes.append(ImportedRoute(condition.match, (receiver.name,), origins=(_origin(sink),)))
    if not sinks:
        raise CommandError(["kube-eventer: at least one --sink"])
    return finish(routes, receivers, findings, source=_SOURCE, left_out=left_out)


def _origin(sink: Sink) -> Origin:
    given = [f"{name}={sink.first(name)}" for name in (*_FILTERS, "reason") if sink.first(name) is not None]
    return Origin(sink.place, ", ".join([sink.kind, *given]))


def _taken(receivers: Sequence[Receiver]) -> set[str]:
    return {one.name for one in receivers}


def _note_reading(sink: Sink, findings: Findings) -> None:
    if sink.unset:
        # Not which ones: a $ may as well be part of a password.
        text = (
            f"{len(sink.unset)} references to variables ($NAME) that are not set here; they became nothing, as "
            "they do in kube-eventer where they are unset"
        )
        findings.add(sink.place, sink.kind, Kind.BROKEN, text)
    if sink.cut_off:
        findings.add(
            sink.place, sink.kind, Kind.BROKEN, "a # ends the address, so the options behind it had no effect"
        )
    if sink.unread:
        text = f"{sink.unread} options with a ; or a lone % are not read by kube-eventer"
        findings.add(sink.place, sink.kind, Kind.BROKEN, text)


def _note_options(sink: Sink, findings: Findings) -> None:
    """Names of options only: whatever is not known to be harmless may be a secret."""
    known = _OPTIONS[sink.kind]
    for option, values in sink.options.items():
        if option in _LOST and option in known:
            findings.add(sink.place, option, Kind.NO_COUNTERPART, _LOST[option])
        elif option not in known and sink.kind != "webhook":
            shown = (
                option if option.isascii() and option.isidentifier() and len(option) <= 30 else "an option"
            )
            findings.add(
                sink.place, shown, Kind.BROKEN, f"{sink.kind} has no such option, and passed over it"
            )
        if len(values) > 1 and option in (*_FILTERS, "reason"):
            text = f"given {len(values)} times, of which kube-eventer reads the first only"
            findings.add(sink.place, option, Kind.BROKEN, text)
    for option in _NEEDED[sink.kind]:
        if not sink.first(option):
            text = (
                "missing: kube-eventer goes on without such a sink. Here it is taken as left out on purpose"
            )
            findings.add(sink.place, option, Kind.BROKEN, text)
    if sink.first("msg_type") not in {None, "text", "markdown"}:
        findings.add(
            sink.place, "msg_type", Kind.BROKEN, "neither text nor markdown, which the robot refuses"
        )


def _receiver(sink: Sink, names: Names, others: Sequence[Receiver], findings: Findings) -> Receiver:
    channel = sink.kind if sink.kind != "webhook" else service_at(f"https://{sink.host}") or "webhook"
    name = names.of(channel if channel not in _taken(others) else f"{channel}-{sink.number}")
    if channel in {"dingtalk", "chime"}:
        signed = ' and the key of `sign` as "secret"' if sink.first("sign") else ""
        text = (
            f'put the whole address, with its token, as "url"{signed} into the secret that Terraform '
            f"makes for {name} "
            "(docs/channels.md). Neither is repeated here"
        )
        findings.add(sink.place, "access_token" if channel == "dingtalk" else "token", Kind.TO_DO, text)
    else:
        text = (
            f"{channel} is no channel yet. {name} is a placeholder: declare it as an SNS topic whose "
            "subscriber passes "
            f"messages on, or leave it out with --without {name}"
        )
        findings.add(sink.place, sink.kind, Kind.NO_COUNTERPART, text)
    return Receiver(name, channel)


def _note_same_robot(sink: Sink, robots: dict[tuple[str, str | None], int], findings: Findings) -> None:
    token = sink.first("access_token")
    if token is None:
        return
    first = robots.setdefault((sink.host, token), sink.number)
    if first != sink.number:
        text = f"the same robot as --sink {first}: an event that both take is told twice, there as here"
        findings.add(sink.place, sink.kind, Kind.DIFFERS, text)
