"""Whoever writes events in a cluster: objects are made, counts rise, each confirmed write is noted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from random import Random
from threading import Event, Lock, Thread
from types import MappingProxyType
from typing import Any, Self

from urllib3.exceptions import HTTPError

from sandbox.control_plane.api import Api
from sandbox.control_plane.errors import Refused
from tests.cluster.account import State, Write

IN_FLIGHT = 8
"""The API server takes some 1,700 events a second from 8 to 32 writers."""


class Writer:
    """Writes events into one namespace, as its administrator and past every proxy."""

    def __init__(self, api: Api, namespace: str) -> None:
        self._api = api
        self._path = f"/api/v1/namespaces/{namespace}/events"
        self._namespace = namespace
        self._lock = Lock()
        self._serial = count(1)
        self._writes: dict[tuple[int, State], Write] = {}
        self.epoch = 0
        """How often the server was restored from a backup."""

    @property
    def writes(self) -> list[Write]:
        """What the server has confirmed so far."""
        with self._lock:
            return list(self._writes.values())

    def create(self, number: int) -> list[str]:
        """Make so many events at once; their names."""
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            return list(pool.map(lambda _: self.create_one(), range(number)))

    def repeat(self, names: Sequence[str], times: int = 1) -> None:
        """Let each of these events happen again, so often."""
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            for done in [pool.submit(self._repeat, name, times) for name in names]:
                done.result()

    def _repeat(self, name: str, times: int) -> None:
        for _ in range(times):
            self.repeat_one(name)

    def create_one(self, annotations: Mapping[str, str] = MappingProxyType({})) -> str:
        """Make one; its name."""
        serial = self._next()
        name = f"event-{serial}"
        epoch = self.epoch
        event = self._event(name, serial)
        event["metadata"]["annotations"] = dict(annotations)
        self._note(self._api.post(self._path, event), epoch)
        return name

    def repeat_one(self, name: str) -> None:
        """Let one happen again, as a recorder does: its count and its last time are patched."""
        serial, epoch = self._next(), self.epoch
        body = {"count": serial, "lastTimestamp": _now(), "message": _message(name, serial)}
        self._note(self._api.patch(f"{self._path}/{name}", body), epoch)

    def find(self, name: str) -> None:
        """Note the state in which an object is now, if it is there: an answer was lost on the way."""
        epoch = self.epoch
        try:
            found = self._api.get(f"{self._path}/{name}")
        except Refused as refused:
            if refused.status != 404:
                raise
        else:
            self._note(found, epoch)

    def attempt(self, name: str) -> bool:
        """Make this event, or let it happen again; whether the server confirmed it.

        What is not known for sure is not noted: `find` settles it.
        """
        serial, epoch = self._next(), self.epoch
        body = {"count": serial, "lastTimestamp": _now(), "message": _message(name, serial)}
        try:
            try:
                answer = self._api.patch(f"{self._path}/{name}", body)
            except Refused as refused:
                if refused.status != 404:
                    raise
                answer = self._api.post(self._path, self._event(name, serial))
        except (HTTPError, Refused):
            return False
        if epoch != self.epoch:
            return False
        self._note(answer, epoch)
        return True

    def _next(self) -> int:
        with self._lock:
            return next(self._serial)

    def _note(self, answer: dict[str, Any], epoch: int) -> None:
        state = state_of(answer)
        with self._lock:
            self._writes.setdefault((epoch, state), Write(state, time.time(), epoch))

    def _event(self, name: str, serial: int) -> dict[str, Any]:
        now = _now()
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": self._namespace},
            "involvedObject": {"kind": "Pod", "namespace": self._namespace, "name": f"pod-{serial % 50}"},
            "reason": "BackOff",
            "type": "Warning",
            "message": _message(name, serial),
            "source": {"component": "kubelet", "host": "node-1"},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": serial,
        }


class SteadyWriter:
    """Writes on and on, whatever happens to the server, until told to stop. A context manager."""

    def __init__(self, writer: Writer, *, per_second: float, random: Random, threads: int = 3) -> None:
        """
        Args:
            writer: which it writes through.
            per_second: states, over all threads.
            random: which object is next.
            threads: each has objects of its own, so that no answer of one is overtaken.
        """
        self._writer = writer
        self._interval = threads / per_second
        self._stopping = Event()
        seeds = [Random(random.random()) for _ in range(threads)]  # noqa: S311 - reproducible on purpose
        self._threads = [
            Thread(target=self._write, args=(number, seed), name=f"writer-{number}")
            for number, seed in enumerate(seeds)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int, random: Random) -> None:
        names: list[str] = []
        serial = count(1)
        while not self._stopping.wait(random.uniform(0, 2 * self._interval)):
            # Most of what happens in a cluster happens again soon.
            if not names or random.random() < 0.4:
                names.append(f"steady-{number}-{next(serial)}")
            name = names[-1] if random.random() < 0.5 else random.choice(names[-40:])
            if not self._writer.attempt(name):
                self._settle(name)

    def _settle(self, name: str) -> None:
        """Wait until the server can say how the object is."""
        while not self._stopping.wait(0.2):
            try:
                self._writer.find(name)
            except (HTTPError, Refused):
                continue
            return


def state_of(event: dict[str, Any]) -> State:
    """Which state of which event this object is."""
    metadata = event["metadata"]
    return State(metadata["uid"], int(metadata["resourceVersion"]), event.get("message", ""))


def _message(name: str, serial: int) -> str:
    return f"write {serial} of {name}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
