"""EventBridge on the local endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

Clients = Callable[[str], Any]

DETAIL = {"reason": "BackOff", "message": 'a "quoted" <source> and <time>', "count": 3}


def bus_with_two_queues(client: Clients, name: str, *, state: str = "ENABLED") -> list[str]:
    events, sqs = client("events"), client("sqs")
    queues = [sqs.create_queue(QueueName=f"{name}-{n}")["QueueUrl"] for n in range(2)]
    events.create_event_bus(Name=name)
    pattern = json.dumps({"source": ["kube-events"]})
    events.put_rule(Name=name, EventBusName=name, EventPattern=pattern, State=state)
    targets = [{"Id": str(n), "Arn": f"arn:aws:sqs:eu-central-1:123456789012:{name}-{n}"} for n in range(2)]
    events.put_targets(Rule=name, EventBusName=name, Targets=targets)
    return queues


def put(client: Clients, name: str, source: str = "kube-events") -> None:
    entry = {
        "EventBusName": name,
        "Source": source,
        "DetailType": "Kubernetes Event",
        "Detail": json.dumps(DETAIL),
    }
    assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def bodies(client: Clients, queue: str) -> list[dict[str, Any]]:
    found = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def test_every_queue_of_a_rule_gets_the_event_as_it_is(client: Clients, name: str) -> None:
    # GIVEN
    queues = bus_with_two_queues(client, name)
    # WHEN
    put(client, name)
    # THEN
    for queue in queues:
        (event,) = bodies(client, queue)
        assert event["detail"] == DETAIL
        assert (event["source"], event["detail-type"]) == ("kube-events", "Kubernetes Event")
        assert (event["account"], event["region"]) == ("123456789012", "eu-central-1")
        assert datetime.fromisoformat(event["time"]).tzinfo is not None


def test_an_event_of_somebody_else_passes_the_rule_by(client: Clients, name: str) -> None:
    queues = bus_with_two_queues(client, name)
    put(client, name, source="somebody.else")
    assert bodies(client, queues[0]) == []


def test_a_disabled_rule_delivers_nothing(client: Clients, name: str) -> None:
    queues = bus_with_two_queues(client, name, state="DISABLED")
    put(client, name)
    assert bodies(client, queues[0]) == []
