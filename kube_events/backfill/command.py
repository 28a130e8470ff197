"""The arguments of `kube-events backfill`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from eventcore.event import Cluster, Event
from eventcore.heartbeat import CLUSTER_NAME
from eventcore.identity import observation_id
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.normalise import normalise
from eventcore.wire import encode
from kube_events.backfill.cluster_events import ClusterEvents
from kube_events.reindex.arguments import add_writing_arguments, reindexed, say
from kube_events.reindex.aws import session
from kube_events.reindex.found import Finding, Found, Mark, Warned
from kube_events.reindex.progress_file import ProgressFile
from kube_events.subcommands import Subcommands


def add_backfill(commands: Subcommands) -> None:
    """Add `backfill`."""
    backfill = commands.add_parser(
        "backfill",
        help="index what a cluster still has",
        description="List the events that a cluster still has, and have the index function write them. "
        "What the exporter has sent stays as it is, and nobody is told. docs/archive.md says more.",
    )
    backfill.add_argument(
        "--cluster",
        required=True,
        type=_cluster_name,
        metavar="NAME",
        help="as the exporter's setting `cluster` says it: under another name, all would be stored twice",
    )
    backfill.add_argument(
        "--cluster-region", default="", metavar="REGION", help="the exporter's `cluster_region`"
    )
    backfill.add_argument(
        "--cluster-account", default="", metavar="ID", help="the exporter's `cluster_account`"
    )
    backfill.add_argument("--kubeconfig", type=Path, metavar="FILE", help="(default: where kubectl looks)")
    backfill.add_argument("--context", metavar="NAME", help="of the kubeconfig (default: the current one)")
    backfill.add_argument("--namespace", metavar="NAME", help="only events of this namespace")
    add_writing_arguments(backfill)
    backfill.set_defaults(run=_backfill)


def _backfill(arguments: argparse.Namespace) -> Iterable[str]:
    now = datetime.now(UTC)
    events = ClusterEvents(arguments.kubeconfig, arguments.context, arguments.namespace, say=say)
    cluster = Cluster(
        name=arguments.cluster, region=arguments.cluster_region, account=arguments.cluster_account
    )
    connect = partial(session, arguments.region, arguments.profile)
    # Nothing to remember: the list is short, a new one is as good, and what is stored already stays as it is.
    progress = ProgressFile(None, "backfill", {}, now)
    yield from reindexed(_found(events, cluster, now), arguments, connect, progress, _all)


def _found(events: Iterable[KubernetesEvent], cluster: Cluster, now: datetime) -> Iterator[Finding]:
    """The observations, made as the exporter makes them: the same state has the same id."""
    seen: set[str] = set()
    for raw in events:
        if not (raw.metadata.uid and raw.metadata.resource_version):
            yield Warned(f"{raw.metadata.namespace}/{raw.metadata.name}: an event that nothing identifies")
            continue
        event = normalise(raw, cluster=cluster, received_at=now)
        identity = observation_id(event)
        if identity not in seen:
            seen.add(identity)
            yield Found(
                Mark("list", ""), identity, f"kube-events backfill of {cluster.name}", now, encode(event)
            )


def _all(_: Event) -> bool:
    return True


def _cluster_name(text: str) -> str:
    if not re.match(CLUSTER_NAME, text):
        allowed = "1 to 100 letters, digits, `.`, `_` or `-`, the first a letter or digit"
        raise argparse.ArgumentTypeError(f"{text!r}: expected {allowed}")
    return text
