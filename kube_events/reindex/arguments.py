"""The arguments that replay and backfill share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kube_events.errors import CommandError
from kube_events.plain_text import plain
from kube_events.reindex.function import MAX_RECORDS, IndexFunction
from kube_events.reindex.progress_file import ProgressFile
from kube_events.reindex.rate import Rate
from kube_events.reindex.run import Reindexing
from kube_events.reindex.sender import Sender

if TYPE_CHECKING:
    import boto3

    from eventcore.event import Event
    from kube_events.reindex.found import Finding


def add_writing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says who writes, and how fast."""
    writing = parser.add_argument_group("writing")
    writing.add_argument(
        "--function",
        required=True,
        metavar="NAME",
        help="the index function, such as kube-events-index-events",
    )
    writing.add_argument(
        "--rate",
        type=_rate,
        metavar="N",
        help="events a second at most, such as 200 (default: as fast as it goes)",
    )
    writing.add_argument("--dry-run", action="store_true", help="only read and count")
    writing.add_argument("--region", help="of AWS (default: AWS' own order)")
    writing.add_argument("--profile", help="of the AWS configuration (default: AWS' own order)")


def say(text: str) -> None:
    """Tell the person who waits. What a pipe is to have goes to standard output, this does not."""
    print(plain(text), file=sys.stderr, flush=True)


def reindexed(
    source: Iterator[Finding],
    arguments: argparse.Namespace,
    session: Callable[[], boto3.Session],
    progress: ProgressFile,
    wanted: Callable[[Event], bool],
) -> Iterator[str]:
    """Run, and give the account.

    Raises:
        CommandError: it could not be done to the end; the account is given first where something is missing
            of the source.
    """
    tally, rate = progress.progress.tally, Rate(arguments.rate)
    sender = None
    if not arguments.dry_run:
        sender = Sender(IndexFunction(session(), arguments.function), tally, rate, say=say)
    # A second's worth at a time: a thousand at once would be no rate of ten.
    batch_size = MAX_RECORDS if arguments.rate is None else max(1, int(arguments.rate))
    Reindexing(sender, progress, wanted=wanted, say=say, batch_size=batch_size).run(source)
    yield from tally.lines(dry_run=arguments.dry_run)
    if tally.unopened:
        raise CommandError([f"{tally.unopened} objects could not be read to their end: named above"])


def _rate(text: str) -> float:
    try:
        rate = float(text.removesuffix("/s"))
    except ValueError:
        rate = 0.0
    if not 0.1 <= rate <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected events a second, such as 200 or 200/s")
    return rate
