"""`python -m scripts.smoke run|clean`: three workloads that go wrong, and whom the rules tell of them.

They go into the cluster of the current context. `run` waits until everything is there that an exporter in the
cluster ships: exit code 0, else 1. `clean` removes them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from eventcore.event import Event
from eventcore.rules import Ruleset, decode_compiled
from kube_events.rules.files import RulesFileError, compile_file
from scripts.smoke.kubectl import Kubectl, KubectlError
from scripts.smoke.signs import SIGNS, Look, Sign
from scripts.smoke.workloads import IMAGE, make, remove

ROOT = Path(__file__).resolve().parents[2]

NAMESPACE = "kube-events-smoke"

LOOK_EVERY = 2.0
"""Seconds."""

PATIENCE = 180.0
"""Seconds: an image to pull, a container to end twice, and ten seconds of back-off in between."""


def run(kubectl: Kubectl, rules: Ruleset, image: str, patience: float, clock: Callable[[], float]) -> int:
    """Make the workloads and wait for their signs; answers the exit code.

    Raises:
        KubectlError: the cluster refuses.
    """
    context = kubectl.context()
    _say(f"the cluster of the context {context}, namespace {kubectl.namespace}")
    for line in make(kubectl, image):
        _say(f"• {line}")
    look = Look(kubectl, context, lambda: datetime.now(UTC))
    begun = clock()
    _say(f"waiting for what is said about them, {patience:.0f} s at most")
    seen: dict[Sign, Event] = {}
    while True:
        for sign, event in look.found().items():
            if sign not in seen:
                _say(f"{clock() - begun:4.0f} s  {told(event, rules)}")
                seen[sign] = event
        if len(seen) == len(SIGNS) or clock() - begun >= patience:
            break
        time.sleep(LOOK_EVERY)
    for sign in SIGNS:
        if sign not in seen:
            _say(f"not seen: {sign.reason} of {sign.workload}")
    if look.pull_trouble:
        _say(f"the image cannot be pulled, say another one by IMAGE=…: {look.pull_trouble}")
    _say(
        "An exporter in this cluster ships these as they appear: to receivers as messages, after the "
        "group_wait of their route, and to the index, where involvedObject.namespace is "
        f"{kubectl.namespace}.\n"
        "make smoke-clean removes the workloads."
    )
    return 0 if len(seen) == len(SIGNS) else 1


def told(event: Event, rules: Ruleset) -> str:
    """One line: what it is, how bad, and who is told."""
    what = f"{event.reason} of {event.involved_object.name}"
    classified = rules.classify(event)
    if classified is None:
        return f"{what}: dropped by the rules"
    receivers = [f"{route.receiver} after {route.group_wait:g} s" for route in rules.routes(classified)]
    return f"{what}: {classified.severity}, told to {' and '.join(receivers) or 'nobody'}: {event.message}"


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Exit code 0 if all was seen (or removed), 1 if not, 2 for rules that are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.smoke", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("command", choices=["run", "clean"])
    parser.add_argument("--namespace", default=NAMESPACE)
    parser.add_argument("--rules", type=Path, default=ROOT / "rules" / "default.yaml")
    parser.add_argument("--image", default=IMAGE, help="something with a shell and tail")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds")
    arguments = parser.parse_args()
    try:
        kubectl = Kubectl(arguments.namespace)
        if arguments.command == "clean":
            for line in remove(kubectl) or ["nothing of ours is there"]:
                _say(line)
            return 0
        rules = Ruleset(decode_compiled(compile_file(arguments.rules)))
        return run(kubectl, rules, arguments.image, arguments.patience, time.monotonic)
    except RulesFileError as error:
        print(error, file=sys.stderr)
        return 2
    except KubectlError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
