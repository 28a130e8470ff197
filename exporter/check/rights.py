"""What the exporter may do in the cluster: which rights these settings need, and whether we have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import Struct

from exporter.lease.identity import lease_namespace
from exporter.settings import Settings
from exporter.watch.errors import UnexpectedAnswer
from exporter.watch.transport import Transport

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

OWNERS = (
    ("", "pods"),
    ("apps", "replicasets"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
)
"""What most events are about, and what owns it."""

READ_SECONDS = 10.0


class Right(NamedTuple):
    """To do something with a resource."""

    verbs: tuple[str, ...]
    group: str
    plural: str
    namespace: str
    """Empty for all of them, or for a resource that is in none."""
    name: str = ""
    """Of the only object that is meant; empty for all."""

    def __str__(self) -> str:
        resource = f"{self.plural}.{self.group}" if self.group else self.plural
        what = f"{' and '.join(self.verbs)} {resource}" + (f" {self.name}" if self.name else "")
        return f"{what} in namespace {self.namespace}" if self.namespace else f"{what} in the whole cluster"

    @property
    def rule(self) -> str:
        """The rule that grants it, and where it belongs."""
        names = f", resourceNames: [{self.name}]" if self.name else ""
        where = f"a Role in namespace {self.namespace}" if self.namespace else "a ClusterRole"
        verbs = ", ".join(self.verbs)
        group = self.group or '""'
        return (
            f"{where} needs {{apiGroups: [{group}], resources: [{self.plural}]{names}, verbs: [{verbs}]}}, "
            "bound to this service account"
        )


def needed(settings: Settings) -> Iterator[Right]:
    """Without these `run` would wait for somebody to grant them."""
    for namespace in settings.namespaces or ("",):
        yield Right(("list", "watch"), "", "events", namespace)
        if settings.pod_status:
            yield Right(("list", "watch"), "", "pods", namespace)
    if settings.leader_election:
        place = lease_namespace(settings.lease_namespace)
        yield Right(("get", "update"), "coordination.k8s.io", "leases", place, settings.lease_name)


def wanted(settings: Settings) -> Iterator[Right]:
    """Without one of these, events about such objects go on as they are."""
    if settings.enrich:
        for namespace in settings.namespaces or ("",):
            yield from (Right(("get",), group, plural, namespace) for group, plural in OWNERS)
        yield Right(("get",), "", "nodes", "")


class _Status(Struct):
    allowed: bool = False


class _Review(Struct):
    status: _Status


def missing_verbs(right: Right, transport: Transport) -> list[str]:
    """Those of its verbs that the API server says we may not do.

    Raises:
        ApiServerError: it did not say.
    """
    return [verb for verb in right.verbs if not _may(right, verb, transport)]


def _may(right: Right, verb: str, transport: Transport) -> bool:
    attributes = {"verb": verb, "group": right.group, "resource": right.plural}
    if right.namespace:
        attributes["namespace"] = right.namespace
    if right.name:
        attributes["name"] = right.name
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    body = transport.send("POST", REVIEWS, msgspec.json.encode(review), read_timeout=READ_SECONDS)
    try:
        return msgspec.json.decode(body, type=_Review).status.allowed
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnexpectedAnswer("the answer is no SelfSubjectAccessReview") from None
