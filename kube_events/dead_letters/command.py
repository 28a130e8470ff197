"""The arguments of `kube-events dead-letters`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from kube_events.dead_letters import summary
from kube_events.dead_letters.finding import found
from kube_events.dead_letters.folder import Folder
from kube_events.dead_letters.letter import PLACES, Letter
from kube_events.dead_letters.places import queues
from kube_events.dead_letters.redrive import Redrive
from kube_events.dead_letters.wanted import Wanted, add_filters, wanted_of
from kube_events.deployment import add_deployment_arguments, deployment_of
from kube_events.errors import CommandError, UsageError
from kube_events.plain_text import json_text, plain
from kube_events.progress import Progress
from kube_events.reindex.arguments import say
from kube_events.subcommands import Subcommands

DEFAULT_RATE = 10.0
"""A second. Whoever is told gets no more for it, since notify holds to what a channel takes; but what waits
for a channel is news, and this is not."""

_EXAMPLES = f"""\
Places: {", ".join(PLACES)}.

  kube-events dead-letters list
  kube-events dead-letters list --receiver sre-dingtalk --newer-than 1d --all
  kube-events dead-letters redrive --receiver sre-dingtalk --code expired --dry-run
  kube-events dead-letters redrive --function index_events --rate 50
"""


def add_dead_letters(commands: Subcommands) -> None:
    """Add `dead-letters` and what it can do."""
    dead_letters = commands.add_parser(
        "dead-letters",
        help="what could not be told or processed, and its way back",
        description="Look at what the pipeline set aside, in queues and in the bucket, and put it back. "
        "docs/operating.md says more.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    on_them = dead_letters.add_subparsers(required=True, metavar="COMMAND")
    listing = on_them.add_parser(
        "list",
        help="how many of which kind",
        description="List dead letters. To look takes nothing away; but while it looks at a queue, and for "
        "90 seconds if it is killed, others do not see what it has seen.",
    )
    listing.add_argument("--all", action="store_true", help="each by itself")
    listing.add_argument("--json", action="store_true", help="each by itself, as a JSON list")
    listing.set_defaults(run=_list)
    showing = on_them.add_parser(
        "show", help="all of one", description="Show a dead letter with its payload."
    )
    showing.add_argument("id", metavar="ID", help="as `list --all` says it")
    showing.add_argument("--json", action="store_true", help="as JSON")
    showing.set_defaults(run=_show)
    redrive = on_them.add_parser(
        "redrive",
        help="put them back",
        description="Put dead letters back where they came from. Interrupted, it can be run again: what was "
        "put back twice is told once.",
    )
    redrive.add_argument("ids", metavar="ID", nargs="*", help="only these")
    redrive.add_argument("--everything", action="store_true", help="without a condition: all there are")
    redrive.add_argument(
        "--rate",
        type=_rate,
        default=DEFAULT_RATE,
        metavar="N",
        help="letters a second at most (default: %(default)g)",
    )
    redrive.add_argument("--dry-run", action="store_true", help="only say what it would do")
    redrive.set_defaults(run=_redrive)
    for each in (listing, redrive):
        add_filters(each)
    for each in (listing, showing, redrive):
        add_deployment_arguments(each)


def _list(arguments: argparse.Namespace) -> Iterable[str]:
    now = datetime.now(UTC)
    singly = arguments.all or arguments.json
    letters = found(deployment_of(arguments), wanted_of(arguments, now=now), contents=singly, say=say)
    if arguments.json:
        return [json_text([letter.described() for letter in letters])]
    if not letters:
        say("no dead letters")
    return summary.each(letters, now=now) if arguments.all else summary.summary(letters, now=now)


def _show(arguments: argparse.Namespace) -> Iterable[str]:
    deployment = deployment_of(arguments)
    if "/" in arguments.id:
        return _shown(Folder(deployment).find(arguments.id).letter, arguments.json)
    with Progress("looking") as progress:
        for queue in queues(deployment, Wanted()):
            progress.at(queue.name)
            for letter in queue.look().letters:
                if letter.id == arguments.id:
                    return _shown(letter, arguments.json)
    raise CommandError([f"{arguments.id}: no dead letter has this id; `kube-events dead-letters list --all`"])


def _shown(letter: Letter, as_json: bool) -> Iterator[str]:
    try:
        body = json.loads(letter.body)
    except (ValueError, RecursionError):
        body = letter.body
    if as_json:
        yield json_text(letter.described() | {"payload": body})
        return
    for name, value in letter.described().items():
        yield f"{name + ':':9}{plain(value) or '-'}"
    yield ""
    yield json_text(body) if not isinstance(body, str) else plain(body)


def _redrive(arguments: argparse.Namespace) -> Iterator[str]:
    now = datetime.now(UTC)
    wanted = wanted_of(arguments, now=now)._replace(ids=frozenset(arguments.ids))
    if wanted.everything() and not arguments.everything:
        raise UsageError(["expected a condition, such as --receiver NAME, or an id; or --everything"])
    redrive = Redrive(deployment_of(arguments), wanted, per_second=arguments.rate, say=say)
    try:
        redrive.run(dry_run=arguments.dry_run)
    finally:
        # Also of what was interrupted.
        accounts = [each for each in redrive.accounts if each.back or each.stayed]
        for each in accounts:
            say(each.line(dry_run=arguments.dry_run))
    done = sum(each.back for each in accounts)
    yield f"{done} dead letters {'would be ' if arguments.dry_run else ''}put back"
    complaints = [*redrive.errors, *(line for each in accounts for line in each.complaints())]
    if missing := redrive.missing():
        complaints.append(f"not found: {', '.join(missing)}")
    if complaints:
        raise CommandError([plain(each) for each in complaints])


def _rate(text: str) -> float:
    try:
        rate = float(text.removesuffix("/s"))
    except ValueError:
        rate = 0.0
    if not 0.1 <= rate <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected letters a second, such as 5 or 0.5")
    return rate
