"""Reads the archive: compressed JSON lines by date and cluster, as infra/modules/archive files them."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from eventcore.heartbeat import CLUSTER_NAME
from kube_events.errors import CommandError
from kube_events.reindex.aws import aws_calls, code_of
from kube_events.reindex.found import Finding, Found, Mark, Unreadable
from kube_events.replay.window import Window

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3.type_defs import ObjectTypeDef

PLACE = "objects"
"""The one place of this source: objects are read in the order of their keys."""

END = "end"
"""In place of a line: with this object nothing more is to be done."""

TRIES = 3
"""For an object whose transfer breaks off; botocore itself tries a request again only up to its answer."""

_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")

_GZIP = b"\x1f\x8b"

_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error)


class ArchiveUrl(NamedTuple):
    """Where an archive is."""

    bucket: str
    prefix: str
    """Ends in a slash, or is empty."""


def archive_url(text: str) -> ArchiveUrl:
    """`s3://bucket` or `s3://bucket/folder`.

    Raises:
        CommandError: it is something else.
    """
    found = _URL.fullmatch(text)
    if not found:
        raise CommandError(
            [f"--archive {text!r}: expected s3://BUCKET, as Terraform's output archive_bucket says"]
        )
    prefix = (found["prefix"] or "").strip("/")
    return ArchiveUrl(found["bucket"], f"{prefix}/" if prefix else "")


class ArchiveSource:
    """The records of a window's days."""

    def __init__(
        self,
        session: boto3.Session,
        url: ArchiveUrl,
        window: Window,
        *,
        until: datetime,
        after: Mapping[str, str],
    ) -> None:
        """
        Args:
            session: whose credentials may read it.
            url: where it is.
            window: days and cluster to look into.
            until: objects that were written later are left: those that lie before the place where a run is
                interrupted would be missed by the next.
            after: how far an earlier run came.
        """
        from botocore.config import Config

        self._bucket, self._prefix = url
        with aws_calls("AWS configuration"):
            self._client = session.client(
                "s3", config=Config(retries={"total_max_attempts": 8, "mode": "standard"})
            )
        self._window = window
        self._until = until
        line, _, self._key = after.get(PLACE, "0:").partition(":")
        self._line = None if line == END else int(line)

    def __iter__(self) -> Iterator[Finding]:
        """Each line of each object, in the order of days and keys.

        Raises:
            AwsError: there is no such bucket, or it may not be read.
            CommandError: an object was moved to where it cannot be read at once.
        """
        with aws_calls(f"the archive s3://{self._bucket}"):
            for item in self._objects():
                key, written = item["Key"], item["LastModified"]
                if written > self._until or key < self._key:
                    continue
                if key > self._key:
                    yield from self._object(key, written, skip=0)
                elif self._line is not None:
                    yield from self._object(key, written, skip=self._line)

    def _objects(self) -> Iterator[ObjectTypeDef]:
        # A name that no exporter may have is percent-encoded there, in the way of Firehose's jq.
        cluster = self._window.cluster
        of_cluster = f"cluster={cluster}/" if cluster and re.match(CLUSTER_NAME, cluster) else ""
        pages = self._client.get_paginator("list_objects_v2")
        for day in self._days():
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{day}{of_cluster}"):
                yield from page.get("Contents", ())

    def _days(self) -> Iterator[str]:
        """The folders of the window's days, those that there are: a window may be of thousands."""
        dates = f"{self._prefix}event/date="
        first, last = self._window.first_day.isoformat(), self._window.last_day.isoformat()
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket,
            Prefix=dates,
            Delimiter="/",
            StartAfter=f"{dates}{first}",
        )
        for page in pages:
            for each in page.get("CommonPrefixes", ()):
                folder = each["Prefix"]
                day = folder.removeprefix(dates).rstrip("/")
                if day > last:  # dates of this form sort as text
                    return
                if day >= first:
                    yield folder

    def _object(self, key: str, written: datetime, *, skip: int) -> Iterator[Finding]:
        url = f"s3://{self._bucket}/{key}"
        number = 0
        try:
            for number, line in enumerate(_lines(self._body(key, url)), 1):
                if number > skip and line.strip():
                    mark = Mark(PLACE, f"{number}:{key}")
                    yield Found(mark, f"{key}#{number}", url, written, line.rstrip(b"\r\n"))
        except _BROKEN as error:
            what = f"{url}, behind line {number}"
            yield Unreadable(Mark(PLACE, f"{END}:{key}"), what, f"no whole gzip: {error}")

    def _body(self, key: str, url: str) -> bytes:
        """The whole object: Firehose ends one at 64 MiB."""
        from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

        attempt = 0
        while True:
            attempt += 1
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if code_of(error) != "InvalidObjectState":
                    raise
                raise CommandError([f"{url} lies in a storage class that has to be restored first"]) from None
            except (HTTPClientError, IncompleteReadError):
                if attempt == TRIES:
                    raise


def _lines(body: bytes) -> Iterator[bytes]:
    """Of what is compressed, or is not: a copy that somebody has unpacked is read as well."""
    if body.startswith(_GZIP):
        with gzip.open(io.BytesIO(body)) as lines:
            yield from lines
    else:
        yield from io.BytesIO(body)
