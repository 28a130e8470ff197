"""The options of kube-eventer's sinks: what of them does nothing, and what has no counterpart."""

from __future__ import annotations

from collections.abc import Mapping

from kube_events.rule_import.findings import Findings, Kind
from kube_events.rule_import.sink_uri import Sink

FILTERS = ("level", "namespaces", "kinds")
_CHAT = (*FILTERS, "label")

_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "dingtalk": (*_CHAT, "access_token", "msg_type", "sign", "cluster_id", "region"),
    "wechat": (*_CHAT, "corp_id", "corp_secret", "agent_id", "to_user"),
    "webhook": (
        *FILTERS,
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


def note_reading(sink: Sink, findings: Findings) -> None:
    if sink.unset:
        # Not which ones: a $ may as well be part of a password.
        text = (
            f"{len(sink.unset)} references to variables ($NAME) not set here; they became nothing, as "
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


def note_options(sink: Sink, findings: Findings) -> None:
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
        if len(values) > 1 and option in (*FILTERS, "reason"):
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
