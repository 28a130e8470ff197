"""The arguments of `kube-events replay`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from kube_events.reindex.arguments import add_writing_arguments, reindexed, say
from kube_events.reindex.aws import session
from kube_events.reindex.progress_file import ProgressFile
from kube_events.replay.archive import ArchiveSource, archive_url
from kube_events.replay.stream import StreamSource
from kube_events.replay.window import Window, window_of
from kube_events.subcommands import Subcommands
from kube_events.times import ALLOWED

if TYPE_CHECKING:
    import boto3

    from kube_events.reindex.found import Finding


def add_replay(commands: Subcommands) -> None:
    """Add `replay`."""
    replay = commands.add_parser(
        "replay",
        help="index events again, from the stream or the archive",
        description="Have the index function write events that the stream or the archive still has. "
        "What is stored already stays as it is, and nobody is told. docs/archive.md says more.",
    )
    replay.add_argument(
        "--from",
        dest="from_",
        required=True,
        metavar="TIME",
        help=f"events last seen from then on: {ALLOWED}; UTC unless it says otherwise",
    )
    replay.add_argument(
        "--to", metavar="TIME", help="and before then; of a date the whole day (default: now)"
    )
    source = replay.add_mutually_exclusive_group(required=True)
    source.add_argument("--stream", metavar="NAME", help="the Kinesis stream, within its retention")
    source.add_argument("--archive", metavar="s3://BUCKET", help="the archive")
    replay.add_argument("--cluster", metavar="NAME", help="only events of this cluster")
    replay.add_argument(
        "--progress-file",
        type=Path,
        metavar="FILE",
        help="remembers how far it came: the same command with the same file goes on there",
    )
    add_writing_arguments(replay)
    replay.set_defaults(run=_replay)


def _replay(arguments: argparse.Namespace) -> Iterable[str]:
    connect = cache(partial(session, arguments.region, arguments.profile))
    said = {
        "--from": arguments.from_,
        "--to": arguments.to or "",
        "--stream": arguments.stream or "",
        "--archive": arguments.archive or "",
        "--cluster": arguments.cluster or "",
        "--function": arguments.function,
        "--dry-run": "yes" if arguments.dry_run else "",
        # Streams and functions have the same names in every region.
        "the region": connect().region_name if arguments.progress_file else "",
    }
    progress = ProgressFile(arguments.progress_file, "replay", said, datetime.now(UTC))
    if progress.progress.finished:
        yield f"{arguments.progress_file}: this replay is finished"
        return
    if progress.resumed:
        say(f"going on behind {progress.progress.tally.indexed} events")
    began = progress.progress.began
    window = window_of(arguments.from_, arguments.to, arguments.cluster, now=began)
    source = _source(arguments, connect(), window, began, progress.progress.marks)
    yield from reindexed(iter(source), arguments, connect, progress, window.holds)


def _source(
    arguments: argparse.Namespace,
    session: boto3.Session,
    window: Window,
    began: datetime,
    after: Mapping[str, str],
) -> Iterable[Finding]:
    # A copy: what is remembered on the way must not change what is read.
    after = dict(after)
    if arguments.archive:
        return ArchiveSource(session, archive_url(arguments.archive), window, until=began, after=after)
    return StreamSource(session, arguments.stream, since=window.start, until=began, after=after)
