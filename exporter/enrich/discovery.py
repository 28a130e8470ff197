"""Where objects of a kind are found: the API server's own list of its resources, read once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import NamedTuple, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from exporter.enrich.reference import Reference
from exporter.watch.errors import ApiServerError, UnexpectedAnswer
from exporter.watch.transport import Transport

ACCEPT = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)
"""Kubernetes 1.26 and later answer with everything at once, older ones with a list of places to ask."""

READ_SECONDS = 30.0
"""With a thousand kinds the answer is some megabytes, and some of it comes from aggregated servers."""

REFRESH_SECONDS = 600.0
"""Between two readings for an unknown kind: an event may name a kind that does not exist."""

RETRY_SECONDS = 10.0
"""After a reading that failed."""


class Resource(NamedTuple):
    """Objects of one kind."""

    root: str
    """/api/v1, /apis/apps/v1 …"""
    plural: str
    namespaced: bool

    def collection(self, namespace: str) -> str:
        """The path of all objects of this kind, there."""
        within = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced else ""
        return f"{self.root}{within}/{self.plural}"

    def path(self, reference: Reference) -> str:
        """The path of one object."""
        return f"{self.collection(reference.namespace)}/{quote(reference.name, safe='')}"


class Discovery:
    """For several threads. One of them reads, with its own transport; the others wait for it."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            clock: seconds that only rise.
        """
        self._clock = clock
        self._reading = Lock()
        self._by_version: dict[tuple[str, str], Resource] = {}
        self._by_kind: dict[str, Resource] = {}
        self._again_at = clock()
        self._failure: ApiServerError | None = None

    def resource(self, reference: Reference, transport: Transport) -> Resource | None:
        """Where such an object is found; None if the server has no such kind, or none that can be got.

        Raises:
            ApiServerError: the list could not be read, and there is none from before.
        """
        resource = self._find(reference)
        if resource is not None or self._clock() < self._again_at:
            return self._settled(resource)
        with self._reading:
            # Another thread may have read it meanwhile.
            if self._clock() >= self._again_at:
                self._read(transport)
        return self._settled(self._find(reference))

    def _settled(self, resource: Resource | None) -> Resource | None:
        if resource is None and not self._by_kind and self._failure:
            raise type(self._failure)(str(self._failure), retry_after=self._failure.retry_after)
        return resource

    def _find(self, reference: Reference) -> Resource | None:
        """A writer may leave the version out: then the first of the kind that the server names."""
        if reference.api_version:
            return self._by_version.get((reference.api_version, reference.kind))
        return self._by_kind.get(reference.kind)

    def _read(self, transport: Transport) -> None:
        by_version: dict[tuple[str, str], Resource] = {}
        by_kind: dict[str, Resource] = {}
        try:
            for version, kind, resource in (*_resources(transport, "/api"), *_resources(transport, "/apis")):
                by_version.setdefault((version, kind), resource)
                by_kind.setdefault(kind, resource)
        except ApiServerError as error:
            self._failure = error
            self._again_at = self._clock() + RETRY_SECONDS
            return
        self._by_version, self._by_kind, self._failure = by_version, by_kind, None
        self._again_at = self._clock() + REFRESH_SECONDS


class _Kind(Struct, frozen=True):
    kind: str = ""


class _Discovered(Struct, rename="camel"):
    resource: str
    response_kind: _Kind = _Kind()
    scope: str = "Namespaced"
    verbs: list[str] = []


class _Version(Struct):
    version: str
    resources: list[_Discovered] = []


class _Name(Struct, frozen=True):
    name: str = ""


class _Group(Struct):
    metadata: _Name = _Name()
    versions: list[_Version] = []


class _GroupDiscoveryList(Struct):
    items: list[_Group] = []


class _VersionName(Struct, rename="camel"):
    group_version: str


class _OldGroup(Struct):
    versions: list[_VersionName] = []


class _OldGroups(Struct):
    """APIVersions, which is /api, or APIGroupList, which is /apis."""

    versions: list[str] = []
    groups: list[_OldGroup] = []


class _OldResource(Struct):
    name: str
    kind: str
    namespaced: bool = True
    verbs: list[str] = []


class _OldResources(Struct):
    resources: list[_OldResource] = []


_Entry = tuple[str, str, Resource]
"""apiVersion, kind and where."""

T = TypeVar("T")


def _resources(transport: Transport, root: str) -> Iterator[_Entry]:
    """What is behind /api or /apis and can be got, in the server's order of preference."""
    body = transport.read(root, {}, read_timeout=READ_SECONDS, accept=ACCEPT)
    if _decoded(body, _Kind, root).kind == "APIGroupDiscoveryList":
        yield from _aggregated(_decoded(body, _GroupDiscoveryList, root), root)
    else:
        yield from _one_by_one(transport, _decoded(body, _OldGroups, root), root)


def _aggregated(found: _GroupDiscoveryList, root: str) -> Iterator[_Entry]:
    for group in found.items:
        for version in group.versions:
            name = "/".join(part for part in (group.metadata.name, version.version) if part)
            for one in version.resources:
                if "get" in one.verbs:
                    where = Resource(f"{root}/{name}", one.resource, one.scope == "Namespaced")
                    yield name, one.response_kind.kind, where


def _one_by_one(transport: Transport, found: _OldGroups, root: str) -> Iterator[_Entry]:
    names = [*found.versions, *(one.group_version for group in found.groups for one in group.versions)]
    for name in names:
        place = f"{root}/{name}"
        try:
            body = transport.read(place, {}, read_timeout=READ_SECONDS)
            resources = _decoded(body, _OldResources, place).resources
        except ApiServerError:
            continue  # one aggregated server that is down must not hide all other kinds
        for one in resources:
            if "get" in one.verbs and "/" not in one.name:
                yield name, one.kind, Resource(place, one.name, one.namespaced)


def _decoded(body: bytes, kind: type[T], place: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnexpectedAnswer(f"{place} is no list of resources: {error}") from None
