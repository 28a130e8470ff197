"""Pods for the readers of Pods: as many as run in a small cluster, and nothing ever happens to them."""

from __future__ import annotations

import json

from bench.exporter.rendered import FIRST_VERSION

PODS = 500

LAST_VERSION = FIRST_VERSION - 1


def pod_list() -> bytes:
    """All Pods, in one page."""
    document = {
        "kind": "PodList",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": str(LAST_VERSION)},
        "items": [_pod(number) for number in range(PODS)],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _pod(number: int) -> dict[str, object]:
    return {
        "metadata": {
            "name": f"web-{number:06}",
            "namespace": "infra-ci",
            "uid": f"{number:08x}-0000-4000-8000-000000000002",
            "resourceVersion": str(LAST_VERSION),
            "creationTimestamp": "2026-11-21T00:56:16Z",
        },
        "spec": {
            "nodeName": f"node-{number % 20}.example.internal",
            "containers": [
                {"name": "app", "image": "example.com/app:1", "resources": {"limits": {"memory": "64Mi"}}}
            ],
        },
        "status": {
            "phase": "Running",
            "containerStatuses": [
                {
                    "name": "app",
                    "restartCount": 0,
                    "ready": True,
                    "containerID": f"containerd://{number:064x}",
                    "state": {"running": {"startedAt": "2026-11-21T00:56:17Z"}},
                }
            ],
        },
    }
