"""The cluster as each of its records names it."""

from __future__ import annotations

from eventcore.event import Cluster
from exporter.settings import Settings


def cluster_of(settings: Settings) -> Cluster:
    """Its name, and where it lies if the settings say so."""
    return Cluster(
        name=settings.cluster, region=settings.cluster_region or "", account=settings.cluster_account or ""
    )
