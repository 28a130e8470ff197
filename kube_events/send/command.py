"""The arguments of `kube-events send`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from eventcore.queue_message import NotificationMessage, encode_message
from kube_events.aligned import aligned
from kube_events.deployment import add_deployment_arguments, asking, deployment_of
from kube_events.errors import CommandError, UsageError
from kube_events.plain_text import plain
from kube_events.progress import Progress
from kube_events.reindex.arguments import say
from kube_events.send.examples import EXAMPLES, notification_of
from kube_events.send.fate import Fate, Following
from kube_events.subcommands import Subcommands

STILL_WAITING = 3
"""Exit code: it is in the queue, and nobody knows more. 1 is what the channel refused."""

TELL_WITHIN = timedelta(hours=1)
"""A test that is told tomorrow would puzzle people."""

_EXAMPLES = """\
Exit codes: 0 delivered, 1 refused by the channel or not sent, 3 still waiting.

  kube-events send --receiver sre-dingtalk --example oomkilled
  kube-events send --receiver ops-mail --example digest --wait 5m --json
"""


def add_send(commands: Subcommands) -> None:
    """Add `send`."""
    send = commands.add_parser(
        "send",
        help="one real message to a receiver, as a test",
        description="Put a message about something that never happened into a receiver's queue, and wait for "
        "what becomes of it. Its title says that it is a test. docs/operating.md says more.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = send.add_mutually_exclusive_group(required=True)
    what.add_argument("--example", choices=EXAMPLES, help="what the message is about")
    what.add_argument("--list-examples", action="store_true", help="say what they are")
    send.add_argument("--receiver", metavar="NAME", help="as in Terraform's `receivers`")
    send.add_argument(
        "--wait", type=_seconds, default=60.0, metavar="DURATION", help="for its fate (default: 60s)"
    )
    send.add_argument("--json", action="store_true", help="the fate as JSON")
    add_deployment_arguments(send)
    send.set_defaults(run=_send)


def _send(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.list_examples:
        yield from aligned((), [(name, example.about) for name, example in EXAMPLES.items()])
        return
    if not arguments.receiver:
        raise UsageError(["--receiver: expected the name of a receiver"])
    deployment = deployment_of(arguments)
    receiver = deployment.known_receiver(arguments.receiver)
    name = deployment.receiver_queue(receiver)
    now = datetime.now(UTC)
    notification = notification_of(arguments.example, receiver=receiver, now=now.timestamp())
    body = encode_message(NotificationMessage(notification=notification, deliver_by=now + TELL_WITHIN))
    url = deployment.queue_url(name)
    with asking(f"the queue {name}"):
        deployment.sqs.send_message(QueueUrl=url, MessageBody=body)
    say(f"sent to {receiver}: {notification.title}")
    with Progress(receiver) as progress:
        fate = Following(deployment, receiver, notification.id).until_settled(
            patience=arguments.wait, progress=progress
        )
    yield from _told(fate, notification.id, as_json=arguments.json)
    if fate.state != "delivered":
        raise CommandError(
            [] if arguments.json else [plain(f"{fate.state}: {fate.text}")],
            exit_code=STILL_WAITING if fate.state == "waiting" else 1,
        )


def _told(fate: Fate, notification: str, *, as_json: bool) -> Iterable[str]:
    if as_json:
        return [json.dumps({"notification": notification, "state": fate.state, "text": fate.text})]
    return [f"{fate.state}: {fate.text}"] if fate.state == "delivered" else []


def _seconds(text: str) -> float:
    from eventcore.rules.durations import ALLOWED, parse_duration

    seconds = parse_duration(text)
    if seconds is None or seconds > 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: expected {ALLOWED}, at most an hour")
    return seconds
