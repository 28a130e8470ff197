"""Where the chart and what is made of it lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CHART = ROOT / "deploy" / "charts" / "kube-events-exporter"

COMBINATIONS = {path.stem: path for path in sorted((CHART / "ci").glob("*.yaml"))}
"""Values for each kind of cluster, by name. The docs explain each; tests render each."""

MANIFESTS = ROOT / "deploy" / "manifests"

RELEASE = "kube-events-exporter"

NAMESPACE = "kube-events"
"""Where infra/ expects the service account, unless exporter.namespace says otherwise."""
