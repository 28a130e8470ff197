"""Links lead to exactly the events of a message, and to their cluster."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from eventcore.grouping.group import Group, GroupMember
from eventcore.notification import Notification
from lambdas.notify.channels import wording
from lambdas.notify.links import INDEX, INDEX_PATTERN, Links
from tests.fixtures.receivers import member, notification
from tests.lambdas.notify.groups import route
from tests.queries.dql import translate

DASHBOARDS = "https://search.example.com/_dashboards"


def group(*values: tuple[str, str], members: int = 1, **changes: Any) -> Group:
    """A group of so many members."""
    made = [
        GroupMember(
            **{
                "uid": f"uid-{n}",
                "observation": f"prod-eu:uid-{n}:1",
                "cluster": "prod-eu",
                "region": "eu-central-1",
                "severity": "high",
                "count": 1,
                "first_seen": 0.0,
                "last_seen": 0.0,
                "heard": 0.0,
                "reason": "BackOff" if n % 2 else "Unhealthy",
            }
            | changes
        )
        for n in range(members)
    ]
    return Group(
        key="group#sre#1", route=route(), created=0.0, values=values, members={m.uid: m for m in made}
    )


def told(members: int = 1) -> Notification:
    return notification(members=tuple(member(uid=f"uid-{n}") for n in range(members)))


def state_of(links: Links, of: Group, by: Notification) -> dict[str, str]:
    """What Dashboards reads from the link, as the channels send it."""
    link = next(each for each in wording.usable_links(by_links(links, of, by)) if each.title == "Dashboards")
    url = urlsplit(link.url)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{DASHBOARDS}/app/data-explorer/discover"
    return {name: value for name, [value] in parse_qs(url.fragment.removeprefix("/?")).items()}


def by_links(links: Links, of: Group, by: Notification) -> Notification:
    return msgspec.structs.replace(by, links=links.of_group(of, by))


def query_of(state: dict[str, str]) -> str:
    """The text of the search bar."""
    found = re.search(r"query:'((?:[^'!]|!.)*)'\)\)$", state["_q"])
    assert found is not None
    return re.sub("!(.)", r"\1", found[1])


def test_few_events_are_asked_for_one_by_one() -> None:
    of = group(("cluster.name", "prod-eu"), ("involvedObject.namespace", "shop"), members=2)
    query = query_of(state_of(Links(DASHBOARDS), of, told(2)))
    assert query == (
        'cluster.name:"prod-eu" and involvedObject.namespace:"shop" and metadata.uid:("uid-0" or "uid-1")'
    )


def test_many_are_asked_for_by_what_they_have_in_common() -> None:
    of = group(("cluster.name", "prod-eu"), members=30)
    query = query_of(state_of(Links(DASHBOARDS), of, told(20)))
    assert query == 'cluster.name:"prod-eu" and reason:("BackOff" or "Unhealthy")'


@pytest.mark.parametrize(
    ("field", "value", "condition"),
    [
        ("reason", "BackOff", 'reason:"BackOff"'),
        ("node", "", "not node:*"),
        ("count", "7", 'count:"7"'),
        ("synthetic", "True", "synthetic:true"),
        ("firstSeen", "2026-11-21 02:00:00+00:00", 'firstSeen:"2026-11-21T02:00:00+00:00"'),
        ("involvedObject.labels.app", "web", 'objectLabelPairs:"app=web"'),
        ("involvedObject.labels.app", "", "not objectLabelPairs:app=*"),
        ("metadata.labels.team", "a", 'labelPairs:"team=a"'),
        ("message", 'it\'s "so"\\ (and) or!\n', 'message.keyword:"it\'s \\"so\\"\\\\ (and) or!\\n"'),
    ],
)
def test_every_field_that_is_indexed_is_asked_for(field: str, value: str, condition: str) -> None:
    query = query_of(state_of(Links(DASHBOARDS), group((field, value)), told()))
    assert query == f'{condition} and metadata.uid:"uid-0"'
    # THEN Dashboards can read it
    assert translate(query)


def test_what_is_not_indexed_is_left_out() -> None:
    of = group(("metadata.annotations.note", "x"))
    assert query_of(state_of(Links(DASHBOARDS), of, told())) == 'metadata.uid:"uid-0"'


def test_the_time_is_that_of_the_message_and_a_minute_on_both_sides() -> None:
    state = state_of(Links(f"{DASHBOARDS}/"), group(), told())
    assert "time:(from:'2026-11-21T01:59:00.000Z',to:'2026-11-21T02:11:00.000Z')" in state["_g"]
    assert f"indexPattern:'{INDEX_PATTERN}'" in state["_a"]
    assert f"dataset:(id:'{INDEX_PATTERN}',timeFieldName:'@timestamp',title:'{INDEX}'" in state["_q"]


def test_the_index_pattern_is_the_shipped_one() -> None:
    shipped = Path(__file__).parents[3].joinpath("opensearch", "dashboards", "kube-events.ndjson")
    objects = [msgspec.json.decode(line) for line in shipped.read_text(encoding="utf-8").splitlines()]
    [pattern] = [each for each in objects if each.get("type") == "index-pattern"]
    assert (pattern["id"], pattern["attributes"]["title"]) == (INDEX_PATTERN, INDEX)


def test_a_digest_leads_to_everything_of_its_time() -> None:
    [link] = Links(DASHBOARDS).of_digest(told())
    assert "query:%27%27" in link.url
    assert not Links().of_digest(told())


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-central-1", "https://eu-central-1.console.aws.amazon.com/eks/home?region=eu-central-1"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/eks/home?region=cn-north-1"),
        ("us-gov-west-1", "https://console.amazonaws-us-gov.com/eks/home?region=us-gov-west-1"),
    ],
)
def test_the_console_is_that_of_the_partition(region: str, url: str) -> None:
    [link] = Links().of_group(group(region=region), told())
    assert (link.title, link.url) == ("EKS", f"{url}#/clusters/prod-eu")


@pytest.mark.parametrize(
    "changes",
    [
        {"region": ""},
        {"region": "evil.example/x?"},
        {"cluster": "../@evil.example"},
        {"cluster": "a b"},
        {"cluster": ""},
        {"cluster": "a" * 101},
    ],
)
def test_where_the_cluster_is_unknown_there_is_no_console(changes: dict[str, str]) -> None:
    assert not Links().of_group(group(**changes), told())


def test_many_clusters_have_no_console() -> None:
    of = group(members=2)
    of.members["uid-1"].cluster = "prod-us"
    assert not Links().of_group(of, told())


def test_a_link_is_short_enough_for_every_channel() -> None:
    # GIVEN names as long as Kubernetes allows
    of = group(
        ("cluster.name", "c" * 100),
        ("involvedObject.namespace", "n" * 63),
        ("involvedObject.name", "p" * 253),
        ("reason", "r" * 128),
        members=5,
        uid="",
    )
    of.members = {f"{n:036}": msgspec.structs.replace(of.members[""], uid=f"{n:036}") for n in range(5)}
    by = notification(members=tuple(member(uid=f"{n:036}") for n in range(5)))
    [dashboards, *_] = Links(DASHBOARDS).of_group(of, by)
    assert len(dashboards.url) < 1900


def test_no_text_of_an_event_leaves_the_query() -> None:
    # GIVEN a value that would end the text, the state or the address
    evil = "x'))&_g=(a:!t)#?\"@evil.example\u2028 https://evil.example"
    [link, *_] = Links(DASHBOARDS).of_group(group(("reason", evil)), told())
    assert link.url.isprintable()
    assert link.url.isascii()
    assert " " not in link.url
    state = state_of(Links(DASHBOARDS), group(("reason", evil)), told())
    assert set(state) == {"_a", "_g", "_q"}
    assert "evil.example" in query_of(state)
