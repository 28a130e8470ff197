"""Which queue each receiver's timers go to."""

from __future__ import annotations

from collections.abc import Mapping

from eventcore.rules import Ruleset
from lambdas.common.config import ConfigError
from lambdas.common.receivers import AnyReceiver


def queues_of(rules: Ruleset, receivers: Mapping[str, AnyReceiver]) -> dict[str, str]:
    """URL of the queue by receiver.

    Raises:
        ConfigError: the rules name a receiver that does not exist: it could never be told.
    """
    if unknown := sorted(rules.receivers - receivers.keys()):
        known = ", ".join(sorted(receivers)) or "none"
        raise ConfigError(f"the rules name unknown receivers: {', '.join(unknown)} (known: {known})")
    return {name: receiver.queue_url for name, receiver in receivers.items()}
