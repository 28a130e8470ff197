"""The whole chain in one process: filter_events, the table, the queues, notify, the chats.

Events come as records of the stream; time is the test's. Either function may die after any call to AWS or to
a chat: then the stream delivers the batch again, and SQS the message.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from eventcore.backoff import Backoff
from eventcore.event import Event
from eventcore.grouping.digest import digest_key
from eventcore.grouping.encoding import decode_digest, decode_group
from eventcore.grouping.group import Group
from eventcore.rules import Ruleset, decode_compiled
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.records import decode_records
from lambdas.common.state_table import StateTable
from lambdas.filter_events.filter import Filter
from lambdas.filter_events.group_store import GroupStore
from lambdas.filter_events.outbox import Outbox
from lambdas.notify.delivery import Delivery
from sandbox.receivers import ReceiverServer
from sandbox.receivers.inbox import Received
from tests.events import failed, kinesis_batch
from tests.fixtures.aws import Aws, LambdaContext
from tests.fixtures.events import CLUSTER, event
from tests.fixtures.receivers import Clock
from tests.fixtures.state_table import TABLE, create_table
from tests.lambdas.notify.stage import Died, Stage
from tests.lambdas.rules import compiled

TIMES = {"group_wait": "10s", "group_interval": "1m", "repeat_interval": "1h"}

MAX_DELIVERIES = 20
"""Of one batch. A batch that is never taken would block its shard."""


class Chain(Stage):
    """An account with both functions, and robots."""

    def __init__(self, aws: Aws, clock: Clock, chats: ReceiverServer) -> None:
        super().__init__(clock)
        self.chats = chats
        self.rules = rules()
        self.robots: dict[str, str] = {}
        """Their addresses by receiver."""
        self.deaths: list[int] = []
        """After how many further steps somebody dies again, and again."""
        self._notify: Delivery | None = None
        self._bucket = aws.bucket()
        self._s3 = boto3.client("s3")
        self._s3.meta.events.register("after-call", self._step)
        self.sqs.meta.events.register("provide-client-params.sqs.SendMessageBatch", self._note_delays)

    def add_robot(self, name: str, url: str | None = None, **options: Any) -> None:
        """A receiver with a robot of its own, or with the one of this address."""
        self._notify = None
        self.robots[name] = url or self.chats.add_robot(name)
        self.add_dingtalk(name, {"url": self.robots[name]}, **options)

    def filter(self) -> Filter:
        """filter_events, as a new execution environment has it."""
        return Filter(
            rules=self.rules,
            groups=GroupStore(
                StateTable(self.dynamodb, table=TABLE, now=self.clock, sleep=self.clock.advance),
                Outbox(self.sqs, sleep=self.clock.advance),
                queues={name: receiver.queue_url for name, receiver in self.receivers.items()},
                now=self.clock,
                sleep=self.clock.advance,
                backoff=Backoff(base=0.2, cap=2.0, draw=lambda: 0.5),
            ),
            dead_letters=DeadLetters(self._s3, bucket=self._bucket, function="filter_events"),
            now=self.clock,
        )

    def invoke(self, receiver: str, delivery: Delivery | None = None, *, seconds: float = 60.0) -> int:
        """One invocation of notify, in an execution environment that lives until somebody dies in it."""
        may_die = self.dies_after is not None
        self._notify = delivery or self._notify or self.cold_start()
        messages = super().invoke(receiver, self._notify, seconds=seconds)
        if may_die and self.dies_after is None:
            self._notify = None
            self._go_on_dying()
        return messages

    def begin_anew(self) -> None:
        """Forget all groups and receivers, so that the next story meets nothing of the one before."""
        self.receivers.clear()
        self.dynamodb.delete_table(TableName=TABLE)
        create_table(self.dynamodb)

    def stream(self, *events: Event) -> None:
        """A batch of the stream, delivered until it is taken."""
        payload = kinesis_batch(*events)
        for _ in range(MAX_DELIVERIES):
            if self._delivered(payload):
                return
            self.clock.advance(1)
        raise AssertionError("the batch blocks its shard")

    def _delivered(self, payload: Any) -> bool:
        batch = decode_records(payload)
        self._working = True
        try:
            return not failed(batch.response(self.filter().filter(batch, LambdaContext())))  # type: ignore[arg-type]
        except Died:
            self.dies_after = None
            self._go_on_dying()
            return False
        finally:
            self._working = False

    def groups(self) -> list[Group]:
        """All that are in the table."""
        return [decode_group(item["state"]["B"]) for item in self.records() if _is_group(item["pk"]["S"])]

    def told(self, receiver: str) -> list[Received]:
        """What the receiver's robot took, each message once."""
        return list({(each.title, each.text): each for each in self.chats.accepted(receiver)}.values())

    def repeats(self, receiver: str) -> int:
        """How many messages came a second time, word by word."""
        return len(self.chats.accepted(receiver)) - len(self.told(receiver))

    def total(self, receiver: str) -> int:
        """Events in all of its messages, as a reader would add them up."""
        return sum(each.total.events for each in self.told(receiver))

    def waits(self, receiver: str) -> bool:
        """Whether its digest still holds something."""
        items = self.table.read([digest_key(receiver)]).values()
        return any(decode_digest(item.state).groups for item in items)

    def most_in_a_minute(self, *receivers: str) -> int:
        """The most messages that the robot of these receivers took in any 60 s."""
        times = sorted(each.at for receiver in receivers for each in self.chats.accepted(receiver))
        return max((sum(at <= other < at + 60 for other in times) for at in times), default=0)

    def _go_on_dying(self) -> None:
        if self.deaths:
            self.dies_after = self.steps + self.deaths.pop()

    def _note_delays(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As for single messages: the stage keeps back what is delayed."""
        entries = []
        for entry in params["Entries"]:
            due = {"DataType": "String", "StringValue": str(self.clock.now + entry.pop("DelaySeconds", 0))}
            entries.append(entry | {"MessageAttributes": {"due": due}})
        return params | {"Entries": entries}


def rules(route: dict[str, Any] | None = None, **document: Any) -> Ruleset:
    """Rules with short times. By default all events of a namespace and a reason are a group of `sre`."""
    route = {
        "receiver": "sre",
        "group_by": ["cluster.name", "involvedObject.namespace", "reason"],
        **TIMES,
        **(route or {}),
    }
    if "receivers" in route:
        del route["receiver"]
    return Ruleset(decode_compiled(compiled(route=route, **document)))


def happens(
    chain: Chain,
    name: str = "web-1",
    *,
    count: int = 1,
    reason: str = "BackOff",
    kind: str = "Pod",
    namespace: str = "shop",
    ago: float = 0.0,
    cluster: str = CLUSTER,
    **changes: Any,
) -> Event:
    """Something happens to an object now, or some seconds ago. Of one reason it has one Event object."""
    received_at = datetime.fromtimestamp(chain.clock.now, UTC)
    at = received_at - timedelta(seconds=ago)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {
        "name": f"{name}.1",
        "namespace": namespace,
        "uid": f"{namespace}-{name}-{reason}",
        "resourceVersion": str(1000 + count),
        "creationTimestamp": "2026-11-20T00:00:00Z",
    }
    return event(
        cluster=cluster,
        received_at=received_at,
        **{
            "metadata": metadata,
            "involvedObject": {"kind": kind, "name": name} | ({"namespace": namespace} if namespace else {}),
            "reason": reason,
            "message": f"{reason} of {name}",
            "count": count,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
        }
        | changes,
    )


def true_totals(events: list[Event]) -> int:
    """How often all of it happened: of each Event object the highest count."""
    counts: Counter[str] = Counter()
    for each in events:
        counts[each.metadata.uid] = max(counts[each.metadata.uid], each.count)
    return sum(counts.values())


def _is_group(key: str) -> bool:
    return key.startswith(("group#", "old#"))
