"""`kube-events search`: from its arguments to the lines that it prints."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from kube_events.opensearch import SearchClient, connect, connection_of
from kube_events.search.arguments import add_arguments, check_output, criteria_of, zone_of
from kube_events.search.columns import CLUSTER, NAMESPACE, TABLE, WIDE, Column, fields_of
from kube_events.search.criteria import Criteria
from kube_events.search.following import Follower, follow
from kube_events.search.hits import Hit, value
from kube_events.search.output import as_json, as_json_lines, as_yaml
from kube_events.search.paging import newest_states, observations
from kube_events.search.table import Table
from kube_events.subcommands import Subcommands


def add_search(commands: Subcommands) -> None:
    """Add `search`."""
    search = commands.add_parser(
        "search",
        help="events from the index, as kubectl get events shows them",
        description="Events from the index, the newest last: of each the newest state that fits."
        " Times are UTC.",
    )
    add_arguments(search)
    search.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    now = datetime.now(UTC)
    check_output(arguments)
    criteria = criteria_of(arguments, now=now)
    client = connect(connection_of(arguments), missing=_say if arguments.partial else None)
    search = _Search(arguments, criteria, client)
    return search.followed(now) if arguments.follow else search.once()


class _Search:
    """One run of the command."""

    def __init__(self, arguments: argparse.Namespace, criteria: Criteria, client: SearchClient) -> None:
        self._arguments = arguments
        self._criteria = criteria
        self._query = criteria.query()
        self._client = client
        self._columns = {"table": TABLE, "wide": WIDE}.get(arguments.output)
        self._fields = None if self._columns is None else fields_of(self._columns)

    def once(self) -> Iterator[str]:
        """What there is."""
        arguments = self._arguments
        if arguments.output == "jsonl" and arguments.all and not arguments.limit:
            # However many they are, none has to be held.
            stream = observations(
                self._client.search, self._query, fields=None, newest_first=arguments.reverse
            )
            yield from as_json_lines(hit.source for hit in stream)
            return
        hits = self._listed()
        if self._columns is not None:
            yield from self._table(self._columns_for(hits)).lines([hit.source for hit in hits])
        else:
            form = {"json": as_json, "jsonl": as_json_lines, "yaml": as_yaml}[arguments.output]
            yield from form([hit.source for hit in hits])

    def followed(self, start: datetime) -> Iterator[str]:
        """What there is, then what is new, without an end."""
        follower = Follower(self._client.search, self._query, start=start)
        # First what is known, then the list: what comes in between is in the list, or new.
        follower.new(fields=())
        hits = self._listed()
        table = None if self._columns is None else self._table(self._columns_for(None))
        yield from self._batch(hits, table)
        for batch in follow(
            follower, hits, every_state=self._arguments.all, fields=self._fields, say=_say, sleep=time.sleep
        ):
            yield from self._batch(batch, table)

    def _batch(self, hits: Sequence[Hit], table: Table | None) -> Iterable[str]:
        documents = [hit.source for hit in hits]
        return as_json_lines(documents) if table is None else table.lines(documents)

    def _listed(self) -> list[Hit]:
        """The newest of what is found, in the order in which it is shown."""
        arguments = self._arguments
        find = observations if arguments.all else newest_states
        found = find(self._client.search, self._query, fields=self._fields)
        limit = arguments.limit
        hits = list(islice(found, limit + 1)) if limit else list(found)
        if limit and len(hits) > limit:
            hits.pop()
            _say(f"these are the newest {limit}, and there are more: --limit 0 shows all")
        if not hits:
            _say(f"nothing found {self._criteria.span}")
        return hits if arguments.reverse else hits[::-1]

    def _columns_for(self, hits: Sequence[Hit] | None) -> list[Column]:
        """With CLUSTER and NAMESPACE where there is, or without knowing the hits may be, more than one."""
        several = []
        for column in (CLUSTER, NAMESPACE):
            (path,) = column.fields
            if hits is None:
                asked = self._criteria.fields.get(path, ())
                is_one = len(asked) == 1 and "*" not in asked[0]
            else:
                is_one = len({value(hit.source, path) for hit in hits}) <= 1
            if not is_one:
                several.append(column)
        return [*several, *(self._columns or ())]

    def _table(self, columns: Sequence[Column]) -> Table:
        cuts = self._arguments.output == "table" and sys.stdout is not None and sys.stdout.isatty()
        return Table(
            columns,
            zone=zone_of(self._arguments),
            width=shutil.get_terminal_size().columns if cuts else None,
            headers=not self._arguments.no_headers,
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
