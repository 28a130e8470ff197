"""Notifications as a hostile or a careless writer of pods would have them, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from eventcore.notification import Fact, Link, Member, Notification, Part, Said
from tests.fixtures.receivers import member, notification

FRAGMENTS = (
    "@all @All @Present @所有人 @13800000000 @sre",
    "[click](https://evil.example/x) ![x](http://evil.example/y.png)",
    "https://evil.example www.evil.example dingtalk://x mailto:a@evil.example HTTP://EVIL",
    "<a href='https://evil.example'>x</a> <font color=red> <script>",
    "`code` ```block``` **bold** __init__ _i_ ~~s~~ \\*",
    "&#64;all &commat;all &lt;b&gt;",
    "/md # heading",
    "\n# heading\n- item\n> quote\n1. one\n\n---\n",
    "\r\nSubject: x\r\n\r\n",
    "\x00\x07\x1b[31m\x7f\x85\u2028\u2029",
    "\u202eesrever\u202c \u200b\u2060\ufeff\U000e0041",
    '"quotes" \\ back\\slashes \\u0041 {"json": [1]}',
    "节点未就绪 🔥👩‍🚀 e\u0301",
)

short = st.one_of(st.text(max_size=100), st.lists(st.sampled_from(FRAGMENTS), max_size=4).map(" ".join))
# As long as a message may be, of characters that cost one to six bytes.
long = st.builds(
    lambda piece, times: piece * times,
    st.sampled_from(["a", '"', "\\", "节", "🔥", "\x01", "@x "]),
    st.sampled_from([100, 4000, 33_000]),
)
text = st.one_of(short, short, long)

links = st.builds(
    Link,
    short,
    st.sampled_from(["https://search.example.com/app?q=a(b)@c", "javascript:alert(1)", "https://x y", ""]),
)
severities = st.sampled_from(["critical", "high", "medium", "low"])
statuses = st.sampled_from(["firing", "resolved"])
counts = st.integers(0, 10**9)
members: st.SearchStrategy[Member] = st.builds(
    member,
    reason=short,
    message=text,
    kind=short,
    namespace=short,
    name=short,
    count=counts,
    since=st.none() | counts,
    resolved=st.booleans(),
)
parts = st.builds(
    Part,
    id=st.just("0" * 32),
    title=text,
    severity=severities,
    events=counts,
    objects=counts,
    at_least=st.booleans(),
    status=statuses,
)
messages = st.builds(Said, message=text, members=st.integers(1, 200), severity=severities)
notifications: st.SearchStrategy[Notification] = st.builds(
    notification,
    title=text,
    cluster=short,
    severity=severities,
    status=statuses,
    events=counts,
    objects=counts,
    at_least=st.booleans(),
    groups=st.integers(1, 10**6),
    parts=st.lists(parts, max_size=45).map(tuple),
    messages=st.lists(messages, max_size=4).map(tuple),
    members=st.lists(members, max_size=12).map(tuple),
    facts=st.lists(st.builds(Fact, short, text), max_size=5).map(tuple),
    links=st.lists(links, max_size=3).map(tuple),
)
