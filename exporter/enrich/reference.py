"""Which object is meant: by an event, or by another object as its owner."""

from __future__ import annotations

from typing import NamedTuple

from eventcore.event import Event, Owner


class Reference(NamedTuple):
    """An object by all its names: whoever writes events may give a name of one and the uid of another."""

    api_version: str
    kind: str
    namespace: str
    """Empty or anything if the kind has none."""
    name: str
    uid: str
    """Empty if it is not known; then whatever has the name is meant."""

    def is_met_by(self, uid: str, mirrored: str) -> bool:
        """Whether the object of this name is the one that is meant, and no later one.

        Args:
            uid: of the object.
            mirrored: its annotation kubernetes.io/config.mirror; kubelet's events name static Pods by that.
        """
        if not self.uid or self.uid in (uid, mirrored):
            return True
        # Kubelet's events about its own Node have the Node's name in the place of the uid.
        return self.kind == "Node" and self.uid == self.name


def involved(event: Event) -> Reference:
    """The object that an event is about. Some writers leave its namespace out, which is the event's."""
    about = event.involved_object
    namespace = about.namespace or event.metadata.namespace
    return Reference(about.api_version, about.kind, namespace, about.name, about.uid)


def owning(owner: Owner, namespace: str) -> Reference:
    """An owner. It is in the namespace of what it owns, or in none."""
    return Reference(owner.api_version, owner.kind, namespace, owner.name, owner.uid)
