"""SQS on the local endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Clients = Callable[[str], Any]


def arn(name: str) -> str:
    return f"arn:aws:sqs:eu-central-1:123456789012:{name}"


def test_redrive_policies_read_back_letter_by_letter(client: Clients, name: str) -> None:
    # GIVEN what Terraform writes
    sqs = client("sqs")
    allow = json.dumps(
        {"redrivePermission": "byQueue", "sourceQueueArns": [arn(name)]}, separators=(",", ":")
    )
    dead = sqs.create_queue(QueueName=f"{name}-dead", Attributes={"RedriveAllowPolicy": allow})["QueueUrl"]
    redrive = json.dumps(
        {"deadLetterTargetArn": arn(f"{name}-dead"), "maxReceiveCount": 5}, separators=(",", ":")
    )
    # WHEN
    queue = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    # THEN
    assert (
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]["RedrivePolicy"]
        == redrive
    )
    found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["RedriveAllowPolicy"])
    assert found["Attributes"]["RedriveAllowPolicy"] == allow


def test_changing_one_setting_leaves_the_policy_alone(client: Clients, name: str) -> None:
    # GIVEN
    sqs = client("sqs")
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Sid": "TheRuleMaySend", "Effect": "Allow"}]}
    )
    queue = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    # WHEN
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "360"})
    # THEN
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert json.loads(attributes["Policy"]) == json.loads(policy)
    assert attributes["VisibilityTimeout"] == "360"


def test_messages_are_counted_where_they_are(client: Clients, name: str) -> None:
    # GIVEN one message that waits, one that was taken and one that is delayed
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="taken")
    sqs.receive_message(QueueUrl=queue)
    sqs.send_message(QueueUrl=queue, MessageBody="waits")
    sqs.send_message(QueueUrl=queue, MessageBody="delayed", DelaySeconds=900)
    # WHEN
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    # THEN
    assert found["ApproximateNumberOfMessages"] == "1"
    assert found["ApproximateNumberOfMessagesNotVisible"] == "1"
    assert found["ApproximateNumberOfMessagesDelayed"] == "1"


def test_senders_receivers_and_deleters_at_once_lose_and_double_nothing(client: Clients, name: str) -> None:
    # GIVEN
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]

    def send(sender: int) -> None:
        for page in range(5):
            entries = [{"Id": str(n), "MessageBody": f"{sender}-{page}-{n}"} for n in range(10)]
            sqs.send_message_batch(QueueUrl=queue, Entries=entries)

    def receive(_: int) -> list[str]:
        bodies = []
        while len(bodies) < 50:
            found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in found.get("Messages", []):
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if not found.get("Messages"):
                break
        return bodies

    # WHEN
    with ThreadPoolExecutor(8) as pool:
        sending = [pool.submit(send, sender) for sender in range(4)]
        received = [body for bodies in pool.map(receive, range(4)) for body in bodies]
        for future in sending:
            future.result()
    received += receive(0)
    # THEN
    assert sorted(received) == sorted(f"{s}-{p}-{n}" for s in range(4) for p in range(5) for n in range(10))
