"""What became of everything, asked of the places where it ends up."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, NamedTuple

import boto3

from sandbox.demo.account import Delivery
from sandbox.demo.deployment import MAIL, MAIL_ADDRESS, REFUSING, Deployment
from sandbox.demo.expectation import Wanted
from sandbox.demo.parts import Parts
from sandbox.demo.told import Refusals, State

FILTER = "kube-events-filter-events"


class Outcome:
    """Looks at queues, dead letters and the receivers' inbox."""

    def __init__(self, parts: Parts, deployment: Deployment) -> None:
        self._receivers = parts.receivers
        self._functions = parts.functions
        self._outputs = deployment.outputs
        self._queues: Any = boto3.client("sqs", **parts.aws.client_settings)
        self._tables: Any = boto3.client("dynamodb", **parts.aws.client_settings)
        self._objects: Any = boto3.client("s3", **parts.aws.client_settings)
        self._refusals = {
            receiver: Refusals(parts.aws.client_settings, f"{queue}-dead")
            for receiver, queue in self._outputs["receiver_queues"].items()
        }

    def state(self) -> State:
        """The groups and digests of this moment."""
        pages = self._tables.get_paginator("scan").paginate(TableName=self._outputs["table"])
        return State(item for page in pages for item in page["Items"])

    def deliveries(self, wanted: Wanted, state: State) -> tuple[Delivery, ...]:
        """One for each receiver, those that are to get nothing included."""
        return tuple(
            self._delivery(receiver, wanted, state) for receiver in sorted(self._outputs["receiver_queues"])
        )

    def set_aside(self) -> int:
        """Dead letters in S3."""
        answer = self._objects.list_objects_v2(Bucket=self._outputs["bucket"], Prefix="dead-letters/")
        return int(answer["KeyCount"])

    def heartbeats(self) -> int:
        """Those that filter_events has made a metric of."""
        return int(self._functions.metrics(FILTER).get("ExporterHeartbeat", 0))

    def stuck(self) -> int:
        """Messages in the dead-letter queues of the functions, which nobody is ever to find there."""
        queues = self._outputs["dead_letter_queues"].items()
        others = [queue for owner, queue in queues if not owner.startswith("receiver-")]
        return sum(self._depth(queue) for queue in others)

    def _delivery(self, receiver: str, wanted: Wanted, state: State) -> Delivery:
        name = MAIL_ADDRESS if receiver == MAIL else receiver
        told = self._receivers.accepted(name)
        refused = self._refusals[receiver].look()
        return Delivery(
            receiver,
            expected=wanted.of(receiver),
            told=sum(message.total.events for message in told),
            refused=sum(message.notification.events for message in refused),
            over=sum(state.settled(receiver).values()),
            waiting=state.waiting(receiver),
            messages=len(told) + len(refused),
            throttled=len(self._receivers.answered("throttled", name)),
            must_refuse=receiver == REFUSING,
        )

    def _depth(self, queue: str) -> int:
        """All messages of a queue: visible, hidden while somebody works on them, and delayed."""
        url = self._queues.get_queue_url(QueueName=queue)["QueueUrl"]
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        attributes = self._queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


class Patience(NamedTuple):
    """How long to wait for something, and how often to look."""

    seconds: float = 120.0
    every: float = 0.5

    def wait_for(self, settled: Callable[[], bool]) -> bool:
        """Whether it came to be in time."""
        deadline = monotonic() + self.seconds
        while not settled():
            if monotonic() >= deadline:
                return False
            sleep(self.every)
        return True
