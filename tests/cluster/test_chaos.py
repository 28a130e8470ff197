"""Everything that can go wrong, in random order, while events are written all the time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pytest

from tests.cluster.replica import Replica
from tests.cluster.scene import SETTINGS, Scene
from tests.cluster.writer import SteadyWriter

pytestmark = [
    pytest.mark.cluster,
    # A connection of the tests' own client whose server is killed at the wrong moment is closed by the
    # garbage collector, which Python tells.
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
    ),
]

SECONDS = float(os.environ.get("CHAOS_SECONDS", "120"))
"""Each fault once takes about two minutes, and CI has no more. CHAOS_SECONDS=600 is the long run."""

SEED = int(os.environ.get("CHAOS_SEED", str(int(time.time()))))
"""Printed at the end; the same one gives the same order of faults."""

WRITES_PER_SECOND = 60.0

REPLICAS = ("a", "b")

AFTERWARDS = 120.0
"""Seconds in which everything has arrived once all is well again: a dead watch is noticed in 38 s, back-off
is 30 s at most."""


class Fault(NamedTuple):
    """Something that happens, and is made good before the next one."""

    name: str
    strike: Callable[[Chaos], None]


class Chaos:
    """Two replicas and what happens to them."""

    def __init__(self, scene: Scene, random: Random) -> None:
        self.scene = scene
        self.random = random
        self.replicas: dict[str, Replica] = {name: scene.replica(name) for name in REPLICAS}
        self.peak_kib = 0

    def start(self) -> None:
        """Start all that do not run."""
        for replica in self.replicas.values():
            if not replica.running:
                replica.kill()
                replica.start()

    def victims(self) -> list[str]:
        """Mostly whoever leads, sometimes both."""
        if self.random.random() < 0.3:
            return list(REPLICAS)
        return [self.leader() or self.random.choice(REPLICAS)]

    def leader(self) -> str | None:
        """Who leads, by the Lease."""
        holder = self.scene.installation.lease()["spec"].get("holderIdentity")
        return holder if holder in REPLICAS else None

    def last(self, longest: float) -> None:
        """Let it be like this for a while."""
        time.sleep(self.random.uniform(0.5, longest))

    def heal(self) -> None:
        """Let every way be open and every replica run."""
        for name in REPLICAS:
            self.scene.proxy(name).heal()
        self.start()

    def watch_memory(self) -> None:
        """Remember how much memory a replica has taken at most."""
        self.peak_kib = max(self.peak_kib, *(each.peak_kib() for each in self.replicas.values()))


def _server_ends_in_order(chaos: Chaos) -> None:
    chaos.scene.plane.end_in_order("kube-apiserver", 60)
    chaos.last(2)
    chaos.scene.plane.start("kube-apiserver")


def _server_crashes(chaos: Chaos) -> None:
    chaos.scene.plane.kill("kube-apiserver")
    chaos.last(2)
    chaos.scene.plane.start("kube-apiserver")


def _compaction(chaos: Chaos) -> None:
    # Of use to find gaps only if somebody has to go on from before it.
    victims = chaos.victims()
    for name in victims:
        chaos.scene.proxy(name).refuse()
    chaos.last(3)
    chaos.scene.plane.store.compact()


def _restore(chaos: Chaos) -> None:
    scene = chaos.scene
    scene.plane.save("chaos")
    chaos.last(3)
    # So that it is known what the exporter must have had, and what it cannot have had.
    since = time.time()
    assert scene.receiver.wait_until(lambda: not _before(scene, since), AFTERWARDS)
    scene.restore("chaos", since=since)


def _before(scene: Scene, since: float) -> bool:
    """Whether something is missing that was written before."""
    account = scene.account()
    missing = {*account.missing_final, *account.missing}
    return any(write.at < since and write.state in missing for write in scene.writer.writes)


def _rotation(chaos: Chaos) -> None:
    scene = chaos.scene
    scene.installation.revoke_tokens()
    chaos.last(2)
    for name in REPLICAS:
        scene.token_file(name).write_text(scene.installation.token())
        scene.proxy(name).cut()


def _cut(chaos: Chaos) -> None:
    for _ in range(chaos.random.randint(1, 4)):
        for name in chaos.victims():
            chaos.scene.proxy(name).cut()
        chaos.last(1)


def _cut_within_a_line(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.scene.proxy(name).cut_after(chaos.random.randint(1, 100_000))
    chaos.last(4)


def _stall(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.scene.proxy(name).stall()
    chaos.last(1.5 * SETTINGS["lease_duration"])


def _freeze(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.scene.proxy(name).freeze()
    chaos.last(4)


def _slow(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.scene.proxy(name).slow(chaos.random.uniform(5_000, 50_000))
    chaos.last(8)


def _refuse(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.scene.proxy(name).refuse()
    chaos.last(1.5 * SETTINGS["lease_duration"])


def _kill(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.replicas[name].kill()
    chaos.last(1.5 * SETTINGS["lease_duration"])


def _terminate(chaos: Chaos) -> None:
    for name in chaos.victims():
        chaos.replicas[name].terminate()
    chaos.last(3)


FAULTS = [
    Fault("the server ends in order", _server_ends_in_order),
    Fault("the server crashes", _server_crashes),
    Fault("compaction", _compaction),
    Fault("restore", _restore),
    Fault("token rotation", _rotation),
    Fault("cut", _cut),
    Fault("cut within a line", _cut_within_a_line),
    Fault("stall", _stall),
    Fault("freeze", _freeze),
    Fault("slow", _slow),
    Fault("refuse", _refuse),
    Fault("kill -9", _kill),
    Fault("SIGTERM", _terminate),
]


def test_what_was_promised_arrives_whatever_happens_in_whatever_order(scene: Scene) -> None:
    # GIVEN
    random = Random(SEED)  # noqa: S311 - reproducible on purpose
    scene.tell(f"CHAOS_SEED={SEED} CHAOS_SECONDS={SECONDS:.0f}")
    chaos = Chaos(scene, random)
    chaos.start()
    scene.writer.create(100)
    scene.rest()
    # WHEN each fault happens once, and then more of them until the time is over
    happened: list[str] = []
    deadline = time.monotonic() + SECONDS
    with SteadyWriter(scene.writer, per_second=WRITES_PER_SECOND, random=random):
        while len(happened) < len(FAULTS) or time.monotonic() < deadline:
            for fault in random.sample(FAULTS, len(FAULTS)):
                if len(happened) >= len(FAULTS) and time.monotonic() > deadline:
                    break
                happened.append(fault.name)
                fault.strike(chaos)
                chaos.watch_memory()
                chaos.heal()
                chaos.last(3)
    # THEN
    scene.tell(f"{len(happened)} faults: {', '.join(happened)}")
    account = scene.settle(AFTERWARDS)
    watched = scene.excused_while_watched(account)
    scene.tell(f"of the excused states {watched} were written while the server served a watch")
    scene.tell(f"a replica took {chaos.peak_kib / 1024:.0f} MiB at most")
    assert all(replica.running for replica in chaos.replicas.values())
    # AND it goes on
    scene.writer.create(100)
    scene.settle()
