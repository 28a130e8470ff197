"""Receivers of a source as receivers of ours: their names, and what Terraform has to be told of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""What Terraform's variable `receivers` takes; a name may not end in -dead either."""

_LONGEST = 36
"""Leaves room for a number behind the name."""

_HOSTS = {
    "oapi.dingtalk.com": "dingtalk",
    "hooks.chime.aws": "chime",
    "qyapi.weixin.qq.com": "wecom",
    "open.feishu.cn": "feishu",
    "open.larksuite.com": "lark",
    "hooks.slack.com": "slack",
    "hook.bearychat.com": "bearychat",
}
"""Who answers at a webhook's host."""


@dataclass(frozen=True)
class Receiver:
    """A receiver to declare."""

    name: str
    channel: str
    """sns, dingtalk or chime, else what the source calls it; "" if it says nothing."""
    topic_arn: str = ""
    store: bool = False
    """Whether it keeps every event rather than telling somebody."""


def service_at(url: str) -> str:
    """The service that a webhook's address belongs to, "" if it is nobody's that we know."""
    try:
        return _HOSTS.get(urlsplit(url).hostname or "", "")
    except ValueError:
        return ""


class Names:
    """Gives each name of the source one that is allowed, always the same one, and no two the same."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Our name for a receiver of the source."""
        if name not in self._given:
            self._given[name] = self._free(name)
        return self._given[name]

    def _free(self, name: str) -> str:
        taken = set(self._given.values())
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST].strip("-") or "receiver"
        if plain.endswith("-dead"):
            plain += "-1"
        found, number = plain, 1
        while found in taken or not _NAME.fullmatch(found):
            number += 1
            found = f"{plain}-{number}"
        return found


def terraform(receivers: Sequence[Receiver]) -> list[str]:
    """Lines of a .tfvars file. What has no channel yet stands in a comment, so that a plan asks for it."""
    width = max((len(one.name) for one in receivers), default=0)
    return ["receivers = {", *(line for one in receivers for line in _declared(one, width)), "}"]


def _declared(receiver: Receiver, width: int) -> Iterable[str]:
    name = f"{receiver.name:<{width}} ="
    if receiver.channel in {"dingtalk", "chime"}:
        return [
            f'  {name} {{ type = "{receiver.channel}" }} # its address goes into the secret that '
            "Terraform makes"
        ]
    if receiver.channel == "sns":
        if receiver.topic_arn:
            return [f'  {name} {{ type = "sns", topic_arn = "{receiver.topic_arn}" }}']
        return [f'  # {name} {{ type = "sns", topic_arn = "arn:…" }} # the source does not say which topic']
    if receiver.store:
        without = f"import with --without {receiver.name}"
        return [f"  # {receiver.name}: {receiver.channel} keeps events and tells nobody; {without}"]
    why = f"{receiver.channel} is no channel yet" if receiver.channel else "the source does not declare it"
    return [f'  # {name} {{ type = "sns", topic_arn = "arn:…" }} # placeholder: {why}']
