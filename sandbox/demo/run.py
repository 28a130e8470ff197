"""One run: start, deploy, ship, account, unmake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from eventcore.event import Event
from eventcore.identity import observation_id
from eventcore.rules import Ruleset, decode_compiled
from kube_events.rules.files import compile_file
from sandbox.demo.account import Account, Delivery, Entry
from sandbox.demo.cluster import Cluster, open_cluster
from sandbox.demo.deployment import Deployment, deploy, remove_search_secret
from sandbox.demo.documents import Documents
from sandbox.demo.ends import ContainerEnd, ends_shown, ends_told
from sandbox.demo.expectation import Wanted, stored_events, wanted
from sandbox.demo.exporter_process import ExporterProcess
from sandbox.demo.options import Options
from sandbox.demo.outcome import Outcome, Patience
from sandbox.demo.parts import Parts, start_parts
from sandbox.demo.poison import put_poison
from sandbox.demo.progress import Progress
from sandbox.demo.told import State
from sandbox.terraform import find_terraform

CONSUMERS = 2
"""filter_events and index_events: each sets the poison aside for itself."""


class Run:
    """The parts of a run that is under way, and what it has to end with."""

    def __init__(self, options: Options, progress: Progress, work: Path, stack: ExitStack) -> None:
        self._options = options
        self._progress = progress
        self._rules = Ruleset(decode_compiled(compile_file(options.rules)))
        self.cluster: Cluster = stack.enter_context(open_cluster(options, work, progress.say))
        self.parts: Parts = start_parts(stack, progress, work)
        # Somebody's own OpenSearch may hold another run's documents.
        self.cluster_name = "demo" if self.parts.search.pid else f"demo-{work.name[-8:]}"
        self.documents = Documents(self.parts.search.url, self.cluster_name)
        self.deployment: Deployment = deploy(self.parts, options, progress, work)
        self.exporter = ExporterProcess(
            cluster=self.cluster_name,
            sink=options.transport,
            target=self.deployment.target,
            kubeconfig=self.cluster.kubeconfig,
            lease_namespace=self.cluster.lease_namespace,
            environ=self.parts.aws.environ,
            log=work / "exporter.log",
        )
        stack.callback(self.exporter.kill)
        self._outcome = Outcome(self.parts, self.deployment)
        self._faults: list[str] = []

    @property
    def seconds(self) -> Mapping[str, float]:
        """Of every stage so far."""
        return self._progress.seconds

    def ship(self) -> Account:
        """Ship all events, and account for them when everything has come to rest."""
        with ThreadPoolExecutor(thread_name_prefix="plan") as side:
            with self._progress.stage("events through the pipeline"):
                self.parts.functions.start_mappings()
                self.exporter.start()
                target = self.deployment.target
                put_poison(self.parts.aws.client_settings, transport=self._options.transport, target=target)
                second_plan = side.submit(self.deployment.project.plan)
                self.cluster.wait()
                self.exporter.check_alive()
                expected = stored_events(
                    self.cluster.states(),
                    self._rules,
                    cluster=self.cluster_name,
                    received_at=datetime.now(UTC),
                )
                ends = ends_shown(self.cluster.pods())
                Patience().wait_for(lambda: self.documents.count() >= len(expected) + len(ends))
                figures = self.exporter.stop()
            with self._progress.stage("messages to their receivers"):
                if not self.cluster.complete:  # what came after the list was told of, too
                    Patience().wait_for(self._at_rest)
                due = wanted(self._told_of(expected), self._rules)
                Patience().wait_for(lambda: self._all_told(due) and self._at_rest())
            with self._progress.stage("second plan, begun beside the events"):
                self._faults += [f"the second plan is not empty: {change}" for change in second_plan.result()]
        self._progress.say("exporter: " + ", ".join(f"{count} {name}" for name, count in figures.items()))
        return self._account(set(expected), ends, figures.get("heartbeats", 0), due)

    def _told_of(self, expected: Mapping[str, Event]) -> list[Event]:
        """The events that messages are due for. What a synthetic one is called only the exporter knows."""
        stored = self.documents.events()
        if not self.cluster.complete:
            return list(stored)
        return [*expected.values(), *(event for event in stored if event.synthetic)]

    def unmake(self) -> Entry:
        """Destroy what was deployed, and say what is left of it."""
        with self._progress.stage("terraform destroy"):
            self.parts.functions.close()
            self.deployment.project.destroy()
            remove_search_secret(self.parts)
            if not self.parts.search.pid:
                self.documents.delete()
            left = self.parts.aws.leftovers()
        for thing in left:
            self._progress.say(f"  left: {thing}")
        return Entry("resources left after destroy", 0, len(left))

    def _all_told(self, due: Wanted) -> bool:
        return all(delivery.balanced for delivery in self._deliveries(due, self._outcome.state()))

    def _at_rest(self) -> bool:
        """Nothing is on its way. The timers of problems that go on are set for later, and stay so."""
        return self.parts.functions.idle(timers=False)

    def _deliveries(self, due: Wanted, state: State) -> tuple[Delivery, ...]:
        # A real cluster may have more to say than a robot takes in a minute. What waits is not lost.
        deliveries = self._outcome.deliveries(due, state)
        return tuple(delivery._replace(may_wait=not self.cluster.complete) for delivery in deliveries)

    def _account(
        self, expected: set[str], ends: frozenset[ContainerEnd], heartbeats: int, due: Wanted
    ) -> Account:
        ids = self.documents.ids()
        synthetic = [event for event in self.documents.events() if event.synthetic]
        told = ends_told(synthetic)
        state = self._outcome.state()
        deliveries = self._deliveries(due, state)
        unasked = {place for each in deliveries for place in state.settled(each.receiver)} - due.may_be_over
        entries = [
            Entry("observations that have to be stored", len(expected), len(expected & set(ids))),
            Entry("ends of containers that have to be stored", len(ends), len(ends & set(told))),
            Entry("documents, each observation once", len(set(ids)), len(ids)),
            Entry("ends of containers, each once", len(set(told)), len(told)),
            Entry("heartbeats, counted and not stored", heartbeats, self._outcome.heartbeats()),
            Entry("Event objects that somebody has to hear of", len(due.counts), state.knows(due.counts)),
            Entry("called over, and no event says so", 0, len(unasked)),
            Entry("poison set aside, by each consumer", CONSUMERS, self._outcome.set_aside()),
            Entry("messages stuck before the functions", 0, self._outcome.stuck()),
        ]
        if self.cluster.complete:
            surplus = set(ids) - expected - {observation_id(event) for event in synthetic}
            entries.append(Entry("documents that are no observation", 0, len(surplus)))
            entries.append(Entry("ends of containers that no Pod shows", 0, len(set(told) - ends)))
        return Account(tuple(entries), deliveries, tuple(self._faults))


def run(options: Options, progress: Progress, work: Path, *, show: Callable[[Run, Account], None]) -> Account:
    """The whole way. `show` is called with the account while everything still runs.

    Raises:
        ToolMissingError, ServerError, AwsStandInError, PackagingError, LambdaServiceError, TerraformError,
        ClusterError, ExporterError, SearchError: something does not work here; one line says what.
    """
    find_terraform()
    with ExitStack() as stack:
        under_way = Run(options, progress, work, stack)
        account = under_way.ship()
        show(under_way, account)
        if options.keep:  # nothing outlives the local AWS endpoint, so there is nothing to unmake
            return account
        return account._replace(entries=(*account.entries, under_way.unmake()))
