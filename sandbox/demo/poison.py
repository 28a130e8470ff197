"""One record that is none of ours, to see that both consumers set it aside and go on."""

from __future__ import annotations

from typing import Any

import boto3

POISON = '{"record": "event", "schemaVersion": 1, "cluster": "not an object"}'


def put_poison(client_settings: dict[str, Any], *, transport: str, target: str) -> None:
    """Put it on the stream, or on the bus where it matches the rule that feeds the functions."""
    if transport == "kinesis":
        stream = boto3.client("kinesis", **client_settings)
        stream.put_record(StreamName=target, PartitionKey="poison", Data=POISON.encode())
        return
    entry: Any = {
        "EventBusName": target,
        "Source": "kube-events",
        "DetailType": "Kubernetes Event",
        "Detail": POISON,
    }
    answer = boto3.client("events", **client_settings).put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the bus refuses the poison: {answer['Entries'][0]}")
