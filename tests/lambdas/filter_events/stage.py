"""The filter between its neighbours, moto's DynamoDB, SQS and S3, with a clock that only a test moves.

Timers are looked at, not waited for: an entry's delay is noted and taken away before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import boto3

from eventcore.backoff import Backoff
from eventcore.event import Event
from eventcore.grouping.encoding import decode_group, encode_state
from eventcore.grouping.flush import flush
from eventcore.grouping.group import Group
from eventcore.queue_message import WakeUp, decode_message
from eventcore.rules import Ruleset, decode_compiled
from lambdas.common.aws_calls import ONE_TRY
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import metrics
from lambdas.common.records import decode_records
from lambdas.common.state_table import KEPT, Item, StateTable
from lambdas.filter_events.filter import Filter
from lambdas.filter_events.group_store import GroupStore
from lambdas.filter_events.outbox import Outbox
from tests.events import failed, kinesis_batch
from tests.fixtures.aws import Aws, LambdaContext
from tests.fixtures.receivers import Clock
from tests.fixtures.state_table import TABLE, create_table
from tests.lambdas.rules import compiled

RECEIVERS = ("ops-mail", "sre-chime")
GROUP_BY = ["cluster.name", "involvedObject.namespace", "reason"]


class Died(BaseException):
    """The function's process has ended. No code of ours can catch this."""


class Sent(NamedTuple):
    """An entry that was put into a queue."""

    receiver: str
    delay: int
    wake_up: WakeUp


class Stage:
    """An account with a state table, a bucket and two receivers' queues; and the function."""

    def __init__(self, aws: Aws, clock: Clock) -> None:
        self.aws, self.clock = aws, clock
        self.bucket = aws.bucket()
        self.queues = {name: aws.queue(f"kube-events-receiver-{name}") for name in RECEIVERS}
        self.dynamodb = boto3.client("dynamodb", config=ONE_TRY)
        self.sqs = boto3.client("sqs", config=ONE_TRY)
        self.s3 = boto3.client("s3", config=ONE_TRY)
        self.calls: list[str] = []
        """Operations that have come back."""
        self.sent: list[Sent] = []
        self.slept: list[float] = []
        self.dies_after: int | None = None
        """The number of the call after which the process ends, once."""
        self.before_write: Callable[[], object] | None = None
        """What somebody else does between our read and our next write, once."""
        self.rules = self.rules_of()
        create_table(self.dynamodb)
        for client in (self.dynamodb, self.sqs, self.s3):
            client.meta.events.register("after-call", self._step)
        self.sqs.meta.events.register("provide-client-params.sqs.SendMessageBatch", self._note_entries)
        self.dynamodb.meta.events.register("before-call.dynamodb.PutItem", self._about_to_write)

    @staticmethod
    def rules_of(route: dict[str, Any] | None = None, **document: Any) -> Ruleset:
        """Rules from what a rule file has; a group is cluster, namespace and reason."""
        route = {"receiver": "ops-mail", "group_by": GROUP_BY, **(route or {})}
        if "receivers" in route:
            del route["receiver"]
        return Ruleset(decode_compiled(compiled(route=route, **document)))

    def cold_start(self, **clients: Any) -> Filter:
        """The function as a new execution environment has it."""
        return Filter(
            rules=self.rules,
            groups=GroupStore(
                StateTable(
                    clients.get("dynamodb", self.dynamodb), table=TABLE, now=self.clock, sleep=self._sleep
                ),
                Outbox(clients.get("sqs", self.sqs), backoff=Backoff(draw=lambda: 0.5), sleep=self._sleep),
                queues=self.queues,
                now=self.clock,
                sleep=self._sleep,
                backoff=Backoff(base=0.2, cap=2.0, draw=lambda: 0.5),
            ),
            dead_letters=DeadLetters(self.s3, bucket=self.bucket, function="filter_events"),
            now=self.clock,
        )

    def handle(self, *events: Event, **options: Any) -> list[str]:
        """One invocation with these events; returns what has to come again."""
        return self.invoke(kinesis_batch(*events), **options)

    def invoke(self, payload: Any, *, function: Filter | None = None, seconds: float = 60.0) -> list[str]:
        """One invocation; what the handler does with it."""
        batch = decode_records(payload)
        self.context = LambdaContext(seconds)
        return failed(batch.response((function or self.cold_start()).filter(batch, self.context)))  # type: ignore[arg-type]

    def somebody_else(self, *events: Event) -> None:
        """Another execution environment that has these events. What it calls is not noted."""
        mine, calls = self.context, list(self.calls)
        assert self.handle(*events) == []
        self.context, self.calls[:] = mine, calls
        metrics.clear_metrics()

    def empty_table(self) -> None:
        """Forget everything."""
        self.aws_dynamodb.delete_table(TableName=TABLE)
        create_table(self.aws_dynamodb)

    def flush(self) -> None:
        """What notify does to the group when its timer fires; only the state matters here."""
        group = self.group()
        assert group.due is not None
        self.clock.now = group.due
        flushed = flush(
            group,
            now=self.clock.now,
            silenced=lambda _: False,
            inhibited=lambda _: False,
            send_resolved=False,
            links=lambda *_: (),
        )
        item = self.items()[group.key]
        table = StateTable(self.aws_dynamodb, table=TABLE, now=self.clock)
        assert table.write(
            group.key, encode_state(flushed.group), version=item.version, expires=self.clock.now + KEPT
        )

    def items(self, prefix: str = "") -> dict[str, Item]:
        """The items of the table by key."""
        found = self.aws_dynamodb.scan(TableName=TABLE)["Items"]
        return {
            each["pk"]["S"]: Item(each["pk"]["S"], int(each["version"]["N"]), each["state"]["B"])
            for each in found
            if each["pk"]["S"].startswith(prefix)
        }

    def groups(self) -> dict[str, Group]:
        """Groups by key, summaries of old events among them."""
        return {
            key: decode_group(item.state)
            for key, item in self.items().items()
            if key.startswith(("group#", "old#"))
        }

    def group(self) -> Group:
        """The only one."""
        [group] = self.groups().values()
        return group

    def valid_timers(self) -> set[tuple[str, int, float]]:
        """Those of the wake-ups sent that the items ask for."""
        groups = self.groups()
        return {
            (wake_up.key, wake_up.generation, wake_up.due)
            for _, _, wake_up in self.sent
            if wake_up.key in groups
            and (groups[wake_up.key].generation, groups[wake_up.key].due) == (wake_up.generation, wake_up.due)
        }

    def dead_letters(self) -> list[bytes]:
        """What was set aside."""
        return list(self.aws.objects(self.bucket, "dead-letters/").values())

    def count(self, operation: str) -> int:
        """How often it was called."""
        return self.calls.count(operation)

    @property
    def aws_dynamodb(self) -> Any:
        """A client that nobody watches."""
        return boto3.client("dynamodb")

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.context.seconds -= seconds

    def _note_entries(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        """SQS lives by the real clock, and would hide what is delayed."""
        [receiver] = [name for name, url in self.queues.items() if url == params["QueueUrl"]]
        entries: Sequence[dict[str, Any]] = params["Entries"]
        for entry in entries:
            wake_up = decode_message(entry["MessageBody"])
            assert isinstance(wake_up, WakeUp)
            self.sent.append(Sent(receiver, entry["DelaySeconds"], wake_up))
        return params | {
            "Entries": [{"Id": entry["Id"], "MessageBody": entry["MessageBody"]} for entry in entries]
        }

    def _about_to_write(self, **_: Any) -> None:
        if self.before_write:
            act, self.before_write = self.before_write, None
            act()

    def _step(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        if len(self.calls) == self.dies_after:
            self.dies_after = None
            raise Died
