"""Where a reader looks further: the events of a message in Dashboards, their cluster in the EKS console."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from eventcore.document_fields import BY_NAME
from eventcore.grouping.group import MAX_VALUE, Group, GroupMember
from eventcore.notification import Link, Notification

INDEX_PATTERN = "kube-events-index-pattern"
"""Id of the saved object that opensearch/dashboards/kube-events.ndjson holds."""
INDEX = "kubernetes-events"
"""Title of that index pattern: the read alias."""
COLUMNS = "severity,reason,involvedObject.kind,involvedObject.name,message"

MAX_UIDS = 5
"""Event objects that a query names one by one. Of more, it asks for their reasons: a link has to fit into a
message of Chime."""
MAX_REASONS = 10

MARGIN = timedelta(minutes=1)
"""On both sides of the time range, so that a single moment is something to look at."""

_LABELS = {"metadata.labels.": "labelPairs", "involvedObject.labels.": "objectLabelPairs"}
"""Labels are indexed as `name=value`."""

_CONSOLES = {
    "cn-": "https://{region}.console.amazonaws.cn",
    "us-gov-": "https://console.amazonaws-us-gov.com",
    "": "https://{region}.console.aws.amazon.com",
}
"""By the beginning of a region's name, which tells its partition."""

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}")
_EKS_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
"""EKS API, CreateCluster: what a cluster's name is made of."""


class Links:
    """The links of messages, for one deployment."""

    def __init__(self, dashboards_url: str = "") -> None:
        """`dashboards_url` is that of OpenSearch Dashboards with its base path, empty where there is none."""
        self._dashboards = dashboards_url.rstrip("/")

    def of_group(self, group: Group, notification: Notification) -> tuple[Link, ...]:
        """For the message of a group: its events of that time, and its cluster."""
        members = tuple(group.members.values())
        told = {member.uid for member in notification.members}
        query = " and ".join(_conditions(group, [member for member in members if member.uid in told]))
        return (*self._discover(query, notification), *_consoles(members))

    def of_digest(self, notification: Notification) -> tuple[Link, ...]:
        """For a digest of many groups: all events of that time."""
        return tuple(self._discover("", notification))

    def _discover(self, query: str, notification: Notification) -> Iterator[Link]:
        if not self._dashboards:
            return
        first, last = notification.first_seen - MARGIN, notification.last_seen + MARGIN
        # Since 2.10, Dashboards has Discover there; the data set is what 3.x goes by, the index pattern what
        # came before. Written as Dashboards itself writes it when it shares a link.
        state = {
            "_a": f"(discover:(columns:!({COLUMNS}),isDirty:!f,sort:!(!('@timestamp',desc))),"
            f"metadata:(indexPattern:'{INDEX_PATTERN}',view:discover))",
            "_g": "(filters:!(),refreshInterval:(pause:!t,value:0),"
            f"time:(from:{_rison(_iso(first))},to:{_rison(_iso(last))}))",
            "_q": f"(filters:!(),query:(dataset:(id:'{INDEX_PATTERN}',timeFieldName:'@timestamp',"
            f"title:'{INDEX}',type:INDEX_PATTERN),language:kuery,query:{_rison(query)}))",
        }
        encoded = "&".join(f"{name}={quote(value, safe='!,:')}" for name, value in state.items())
        yield Link("Dashboards", f"{self._dashboards}/app/data-explorer/discover#/?{encoded}")


def _conditions(group: Group, told: Sequence[GroupMember]) -> Iterator[str]:
    """In Dashboards Query Language: what the group groups by, and which of its events the message tells."""
    for field, value in group.values:
        yield from _condition(field, value)
    if 0 < len(told) <= MAX_UIDS:
        yield _any_of("metadata.uid", [member.uid for member in told])
    elif "reason" not in dict(group.values):
        reasons = sorted({member.reason for member in group.members.values()} - {""})
        if 0 < len(reasons) <= MAX_REASONS:
            yield _any_of("reason", reasons)


def _condition(field: str, value: str) -> Iterator[str]:
    if len(value.encode()) > MAX_VALUE - 4:
        return  # there may have been more of it, between characters; nobody reads such a link anyway
    for prefix, indexed in _LABELS.items():
        if field.startswith(prefix):
            label = field.removeprefix(prefix)
            yield f"{indexed}:{_quoted(f'{label}={value}')}" if value else f"not {indexed}:{label}=*"
    known = BY_NAME.get("message.keyword" if field == "message" else field)
    if known is None or known.type == "kept":
        return  # annotations are kept, not indexed: the query finds a few more
    if not value:
        yield f"not {known.name}:*"
    elif known.type == "boolean":
        yield f"{known.name}:{value.lower()}"
    elif known.type == "date":
        yield f"{known.name}:{_quoted(value.replace(' ', 'T'))}"
    else:
        yield f"{known.name}:{_quoted(value)}"


def _any_of(field: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{field}:{_quoted(values[0])}"
    return f"{field}:({' or '.join(map(_quoted, values))})"


def _quoted(value: str) -> str:
    """As DQL quotes; it knows three characters by a letter."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n") + '"'


def _rison(text: str) -> str:
    """As Rison, the state's notation in Dashboards, quotes."""
    return "'" + text.replace("!", "!!").replace("'", "!'") + "'"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _consoles(members: Sequence[GroupMember]) -> Iterator[Link]:
    """The cluster's page, if all members are of one, and it is known in which region that runs."""
    clusters = {(member.cluster, member.region) for member in members}
    if len(clusters) != 1:
        return
    [(cluster, region)] = clusters
    if _REGION.fullmatch(region) and _EKS_NAME.fullmatch(cluster):
        console = next(url for start, url in _CONSOLES.items() if region.startswith(start))
        yield Link("EKS", f"{console.format(region=region)}/eks/home?region={region}#/clusters/{cluster}")
