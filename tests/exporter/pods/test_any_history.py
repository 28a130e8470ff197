"""Whatever containers do, and whatever of it is seen, each end that can be seen is told, and once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.event import Event
from eventcore.identity import observation_id
from exporter.pods.states import known_up_to
from tests.exporter.pods.conftest import Watcher
from tests.exporter.pods.kubelet import Kubelet, pod

NAMES = ("app", "proxy")

ACTIONS = ("start", "start", "start", "exit", "exit", "oom", "back off", "garbage", "reboot")
"""reboot: the node loses all containers. A kubelet may then also `count anew`."""

LOOKS = st.sampled_from(["see", "see", "see", "touch", "list", "restart", "be away", "do not look"])
"""see: a line of the watch. touch: a line, but for another reason. list: the watch was lost, there is a new
list. restart: of the exporter, at once. be away: so that the kubelet writes between its end and its start."""


def histories(*actions: str) -> st.SearchStrategy[list[Any]]:
    """What happens to containers until the kubelet writes once, and what the exporter then does, many times.

    A kubelet also writes when nobody looks: `do not look`.
    """
    action = st.tuples(st.sampled_from(NAMES), st.sampled_from(actions))
    return st.lists(st.tuples(st.lists(action, min_size=1, max_size=4), LOOKS), min_size=10, max_size=40)


HISTORIES = histories(*ACTIONS, "count anew")

PATIENTLY = settings(deadline=None)
"""A machine that is busy with something else is no fault of an example."""


class Cluster:
    """One Pod, its kubelet, and the exporter that watches it."""

    def __init__(self) -> None:
        self.kubelets = {name: Kubelet(name) for name in NAMES}
        self.clock = 0
        self.version = 400
        self.statuses = [kubelet.says() for kubelet in self.kubelets.values()]
        self.seen = 0
        """The version of the last look: where the checkpoint stands."""
        self.visible: set[tuple[str, str]] = set()
        """Name and key of each end that a look has shown."""
        self.lives: list[list[Event]] = []
        """What was told, by each life of the exporter."""
        self.first_counts: list[Counter[str]] = []
        self.restart(known=0)

    def step(self, actions: list[tuple[str, str]], look: str) -> None:
        for name, action in actions:
            self.clock += 1
            self._act(self.kubelets[name], action)
        if look not in ("touch", "restart"):
            self.statuses = [kubelet.says() for kubelet in self.kubelets.values()]
        if look != "restart":
            self.version += 1
        match look:
            case "see" | "touch":
                self._look(lambda: self.watcher.see(self._pod()))
            case "list":
                self._look(lambda: self.watcher.list(self._pod()))
            case "restart" | "be away":
                self.restart(known=self.seen)

    def restart(self, known: int) -> None:
        self.watcher = Watcher(known_up_to(str(known)))
        self.lives.append(self.watcher.events)
        self.first_counts.append(self.counts())
        self._look(lambda: self.watcher.list(self._pod()))

    def counts(self) -> Counter[str]:
        return Counter({one["name"]: one["restartCount"] for one in self.statuses})

    def told(self) -> list[Event]:
        return [event for life in self.lives for event in life]

    def _act(self, kubelet: Kubelet, action: str) -> None:
        match action:
            case "start":
                kubelet.start()
            case "exit":
                kubelet.end(self.clock, exit_code=1)
            case "oom":
                kubelet.end(self.clock, exit_code=137)
            case "back off":
                kubelet.back_off()
            case "garbage":
                kubelet.collect_garbage()
            case "reboot":
                kubelet.reboot(counts_on=True)
            case "count anew":
                kubelet.reboot(counts_on=False)

    def _pod(self) -> Any:
        return pod(*self.statuses, version=self.version)

    def _look(self, take: Any) -> None:
        take()
        self.seen = self.version
        for one in self.statuses:
            for state in (one["state"], one["lastState"]):
                key = state.get("terminated", {}).get("containerID")
                if key:
                    self.visible.add((one["name"], key))


def run(history: list[Any]) -> Cluster:
    cluster = Cluster()
    for actions, look in history:
        cluster.step(actions, look)
    return cluster


def key(event: Event) -> tuple[str, str]:
    assert event.container is not None
    return event.container.name, event.container.container_id


@PATIENTLY
@given(HISTORIES)
def test_every_end_that_could_be_seen_is_told(history: list[Any]) -> None:
    cluster = run(history)
    assert cluster.visible == {key(event) for event in cluster.told()} - {("app", ""), ("proxy", "")}


@PATIENTLY
@given(HISTORIES)
def test_an_exporter_tells_each_end_once(history: list[Any]) -> None:
    for life in run(history).lives:
        told = Counter(key(event) for event in life if event.container and event.container.container_id)
        assert set(told.values()) <= {1}


@PATIENTLY
@given(HISTORIES)
def test_an_end_is_the_same_observation_to_all_exporters_and_no_other_end_is(history: list[Any]) -> None:
    told = [event for event in run(history).told() if event.container and event.container.container_id]
    identities = {(key(event), observation_id(event)) for event in told}
    assert len(identities) == len({end for end, _ in identities}) == len({name for _, name in identities})
    # What happened is the same too; only what the look knew beside it may differ.
    facts = {
        (
            event.metadata.uid,
            event.reason,
            event.first_seen,
            event.last_seen,
            event.metadata.creation_timestamp,
        )
        for event in told
    }
    assert len(facts) == len(identities)


@PATIENTLY
@given(histories(*ACTIONS))
def test_restarts_add_up_to_what_restart_count_moved_by(history: list[Any]) -> None:
    cluster = run(history)
    for life, first in zip(cluster.lives, cluster.first_counts, strict=True):
        moved: Counter[str] = Counter()
        last = Counter(first)
        for event in life:
            assert event.container is not None
            moved[event.container.name] += event.container.restarts or 0
            last[event.container.name] = event.container.restart_count
        assert all(moved[name] == last[name] - first[name] for name in NAMES)
