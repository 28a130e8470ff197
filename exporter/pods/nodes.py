"""Where Pods run: what fills `node` of a Pod's events."""

from __future__ import annotations

import sys


class PodNodes:
    """The node of each Pod that is there. One thread per reader of Pods writes, any thread asks."""

    def __init__(self) -> None:
        self._node_by_uid: dict[str, str] = {}

    def set(self, uid: str, node: str) -> None:
        """Remember where a Pod runs; "" while it is not scheduled."""
        if node and uid not in self._node_by_uid:  # a Pod never moves
            # One text for all Pods of a node.
            self._node_by_uid[uid] = sys.intern(node)

    def forget(self, uid: str) -> None:
        """The Pod is gone."""
        self._node_by_uid.pop(uid, None)

    def of(self, uid: str) -> str:
        """The name of the node of the Pod with this uid; "" if it is not known, or not scheduled yet."""
        return self._node_by_uid.get(uid, "")
