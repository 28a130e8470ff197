"""The variables that look like settings and are none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from exporter.settings_option import VARIABLE_PREFIX, nearest

_OF_A_SERVICE = re.compile(
    r"(?P<service>[A-Z0-9_]+?)"
    r"(_SERVICE_HOST|_SERVICE_PORT(_[A-Z0-9_]+)?|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)
"""What kubelet puts into every container for every Service of the namespace, unless the Pod says
`enableServiceLinks: false`: KUBE_EVENTS_EXPORTER_SERVICE_HOST, KUBE_EVENTS_EXPORTER_PORT_8080_TCP_ADDR …
(kubernetes.io/docs/concepts/services-networking/service, "Environment variables")."""


def unknown_variables(environment: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """An error line for each KUBE_EVENTS_ variable that is neither a setting nor of a Service."""
    names = [variable.removeprefix(VARIABLE_PREFIX) for variable in known]
    for variable in sorted(environment):
        if variable in known or not variable.startswith(VARIABLE_PREFIX):
            continue
        if not is_of_a_service(variable, environment):
            near = nearest(variable.removeprefix(VARIABLE_PREFIX), names, prefix=VARIABLE_PREFIX)
            yield f"{variable} is no setting: {near}"


def is_of_a_service(variable: str, environment: Mapping[str, str]) -> bool:
    """Whether kubelet has set it. With one such variable of a Service there are always all of them, so a
    mistyped setting that merely ends like one is still found."""
    found = _OF_A_SERVICE.fullmatch(variable)
    return found is not None and f"{found['service']}_SERVICE_HOST" in environment
