"""Holds every text of an event as Kubernetes wrote it to its limit, and remembers which ones were cut."""

from __future__ import annotations

from eventcore.kubernetes_event import EventSource, KubernetesEvent, ObjectMeta, Reference
from eventcore.limits import MAX_ANNOTATION_BYTES, MAX_MESSAGE_BYTES, MAX_TEXT_BYTES, cut, well_formed

_BULKY_ANNOTATIONS = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
"""A copy of the whole object that `kubectl apply` leaves: it says nothing about what happened."""


def is_short(event: KubernetesEvent) -> bool:
    """Whether nothing needs to be cut, nor left out: said of nearly every event, at little cost.

    It may say no of an event that is within all limits.
    """
    metadata = event.metadata
    if metadata.labels or metadata.annotations or event.related is not None:
        return False
    message = event.message
    if len(message) > MAX_MESSAGE_BYTES or not message.isascii():
        return False
    involved = event.involved_object
    source = event.source
    # What is short all together is short one by one, and joining costs less than asking two dozen texts.
    texts = (
        f"{metadata.uid}{metadata.resource_version}{metadata.name}{metadata.namespace}{involved.kind}"
        f"{involved.namespace}{involved.name}{involved.uid}{involved.api_version}{involved.resource_version}"
        f"{involved.field_path}{event.reason}{event.type}{event.action}{source.component}{source.host}"
        f"{event.reporting_component}{event.reporting_instance}"
    )
    return len(texts) <= MAX_TEXT_BYTES and texts.isascii()


class Shortener:
    """Shortens one event and remembers the paths of the fields that it had to cut."""

    def __init__(self) -> None:
        self._truncated: list[str] = []

    @property
    def truncated(self) -> tuple[str, ...]:
        """Paths of the fields that were cut, sorted."""
        return tuple(sorted(self._truncated))

    def event(self, event: KubernetesEvent) -> KubernetesEvent:
        """The event with every text within its limit, and without bulky annotations."""
        return KubernetesEvent(
            metadata=self._metadata(event.metadata),
            involved_object=self._reference(event.involved_object, "involvedObject"),
            reason=self.text(event.reason, "reason"),
            message=self.text(event.message, "message", MAX_MESSAGE_BYTES),
            source=self._source(event.source),
            first_timestamp=event.first_timestamp,
            last_timestamp=event.last_timestamp,
            event_time=event.event_time,
            count=event.count,
            type=self.text(event.type, "type"),
            series=event.series,
            action=self.text(event.action, "action"),
            related=self._reference(event.related, "related") if event.related else None,
            reporting_component=self.text(event.reporting_component, "reportingComponent"),
            reporting_instance=self.text(event.reporting_instance, "reportingInstance"),
        )

    def text(self, value: str, path: str, limit: int = MAX_TEXT_BYTES) -> str:
        """`value` in at most `limit` bytes."""
        text, was_cut = cut(well_formed(value), limit)
        if was_cut:
            self._truncated.append(path)
        return text

    def _metadata(self, metadata: ObjectMeta) -> ObjectMeta:
        return ObjectMeta(
            uid=self.text(metadata.uid, "metadata.uid"),
            resource_version=self.text(metadata.resource_version, "metadata.resourceVersion"),
            creation_timestamp=metadata.creation_timestamp,
            name=self.text(metadata.name, "metadata.name"),
            namespace=self.text(metadata.namespace, "metadata.namespace"),
            labels=self._texts(metadata.labels, "metadata.labels"),
            annotations=self._texts(metadata.annotations, "metadata.annotations", without=_BULKY_ANNOTATIONS),
            managed_fields=metadata.managed_fields,
        )

    def _reference(self, reference: Reference, path: str) -> Reference:
        return Reference(
            kind=self.text(reference.kind, f"{path}.kind"),
            namespace=self.text(reference.namespace, f"{path}.namespace"),
            name=self.text(reference.name, f"{path}.name"),
            uid=self.text(reference.uid, f"{path}.uid"),
            api_version=self.text(reference.api_version, f"{path}.apiVersion"),
            resource_version=self.text(reference.resource_version, f"{path}.resourceVersion"),
            field_path=self.text(reference.field_path, f"{path}.fieldPath"),
        )

    def _source(self, source: EventSource) -> EventSource:
        return EventSource(
            component=self.text(source.component, "source.component"),
            host=self.text(source.host, "source.host"),
        )

    def _texts(
        self, texts: dict[str, str] | None, path: str, without: frozenset[str] = frozenset()
    ) -> dict[str, str]:
        """A map of strings such as annotations, each shortened, without the keys in `without`."""
        kept: dict[str, str] = {}
        for name, value in (texts or {}).items():
            if name not in without:
                shown = self.text(name, path)
                kept[shown] = self.text(value, f"{path}.{shown}", MAX_ANNOTATION_BYTES)
        return kept
