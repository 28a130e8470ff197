"""The chart, rendered for those who install with kubectl."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from scripts.chart.layout import COMBINATIONS, NAMESPACE, RELEASE
from scripts.chart.rendering import render


class Manifest(NamedTuple):
    """A file of deploy/manifests."""

    name: str
    combination: str
    """Whose values it is made of."""
    what: str


MANIFEST_FILES = (
    Manifest("kinesis.yaml", "kinesis-pod-identity", "To a Kinesis stream, with a role by EKS Pod Identity."),
    Manifest("kinesis-irsa.yaml", "kinesis-irsa", "To a Kinesis stream, with a role by IRSA."),
    Manifest("eventbridge.yaml", "eventbridge-pod-identity", "To a bus, with a role by EKS Pod Identity."),
    Manifest("eventbridge-irsa.yaml", "eventbridge-irsa", "To a bus, with a role by IRSA."),
)

_HEADER = f"""\
# {{what}} Made from the chart by `make chart`.
#
# In a copy, change what is marked as yours, then: kubectl apply -f COPY
# After a later change of the settings: kubectl -n {NAMESPACE} rollout restart deployment/{RELEASE}
apiVersion: v1
kind: Namespace
metadata:
  name: {NAMESPACE}
  labels:
    # The Pods below keep to the strictest of the standards.
    pod-security.kubernetes.io/enforce: restricted
"""

_HELMS_OWN = re.compile(
    r"^ *(helm\.sh/chart|app\.kubernetes\.io/managed-by):.*\n"
    r"|^ *annotations:\n *#.*\n *checksum/config:.*\n",
    re.MULTILINE,
)
"""Helm manages nothing here, and a checksum would not follow a change by hand."""

_SOURCE = re.compile(r"^# Source: .*\n", re.MULTILINE)

_YOURS = re.compile(
    r"^( +(?:cluster|stream|event_bus|region|image|eks\.amazonaws\.com/role-arn): .*)$", re.MULTILINE
)


def manifest(helm: Path, file: Manifest) -> str:
    """What stands in the file.

    Raises:
        ChartRefused: the chart is broken.
    """
    rendered = _SOURCE.sub("", _HELMS_OWN.sub("", render(helm, COMBINATIONS[file.combination])))
    return _HEADER.format(what=file.what) + _YOURS.sub(r"\1  # yours", rendered)
