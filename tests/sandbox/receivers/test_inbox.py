from __future__ import annotations

import signal
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from sandbox.receivers import ReceiverServer
from sandbox.receivers.markdown import to_html
from tests.sandbox.receivers.talking import get, markdown, post


def test_mail_is_taken_as_sns_would_have_sent_it(chats: ReceiverServer) -> None:
    letter = {
        "to": "sre@example.com",
        "subject": "[CRITICAL] BackOff",
        "body": "Hello",
        "topic": "arn:aws:sns:x",
    }
    assert post(chats.mail_url, letter).status == 200
    (mail,) = chats.accepted("sre@example.com")
    assert (mail.channel, mail.title, mail.text) == ("mail", "[CRITICAL] BackOff", "Hello")


def test_what_is_no_letter_is_refused(chats: ReceiverServer) -> None:
    answer = post(chats.mail_url, {"to": "sre@example.com"})
    assert (answer.status, "subject" in answer.json["error"]) == (400, True)
    assert not chats.inbox.all()


def test_the_inbox_tells_programs_what_was_accepted_refused_and_throttled(chats: ReceiverServer) -> None:
    # GIVEN one of each
    robot = chats.add_robot("sre", keywords=("kube",))
    post(robot, markdown("kube"))
    post(robot, markdown("other"))
    chats.inject("sre", 1, "throttled")
    post(robot, markdown("kube"))
    # THEN
    inbox = get(f"{chats.url}/inbox.json").json
    assert inbox["counts"] == {"sre": {"accepted": 1, "refused": 1, "throttled": 1}}
    assert [each["verdict"] for each in inbox["messages"]] == ["accepted", "refused", "throttled"]


class Tags(HTMLParser):
    """Which tags and attributes a page really has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name == "href"}


HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)> "><b onclick='x'> [a](javascript:alert(1))
![x](https://evil.example/"onload="x) </style></pre>"""


def test_nothing_that_anybody_sends_is_live_on_the_page(chats: ReceiverServer) -> None:
    # GIVEN the same in every place that is shown
    post(chats.add_robot("sre"), {"msgtype": "markdown", "markdown": {"title": HOSTILE, "text": HOSTILE}})
    post(chats.add_robot("locked", keywords=("no",)), markdown("k" + HOSTILE))
    post(chats.add_webhook("room"), {"Content": HOSTILE})
    post(chats.mail_url, {"to": HOSTILE, "subject": HOSTILE, "body": HOSTILE})
    # WHEN
    answer = get(chats.url)
    # THEN there is nothing but our own tags, and nothing may be loaded
    page = Tags(answer.text)
    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "svg", "form"})
    assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "style")]
    assert not [each for each in page.addresses if not each.startswith(("https://", "inbox.json"))]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def test_the_page_is_there_before_anything_arrives(chats: ReceiverServer) -> None:
    assert "Nothing has arrived yet" in get(chats.url).text
    assert get(f"{chats.url}/elsewhere").status == 404


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("#### 🔴 CRITICAL", "<h4>🔴 CRITICAL</h4>"),
        ("> “said”", "<blockquote>“said”</blockquote>"),
        ("- **Node**: n\n- b", "<ul><li><b>Node</b>: n</li><li>b</li></ul>"),
        ("a & b < c", "<p>a &amp; b &lt; c</p>"),
        ("some_pod_name", "<p>some_pod_name</p>"),
        (
            "[t](https://x.example/a?b=1&c=2)",
            '<p><a href="https://x.example/a?b=1&amp;c=2" rel="noreferrer noopener" '
            'target="_blank">t</a></p>',
        ),
        ("[t](javascript:x)", "<p>[t](javascript:x)</p>"),
    ],
)
def test_markdown_is_shown_as_dingtalk_shows_it(text: str, html: str) -> None:
    assert to_html(text) == html


def test_the_module_runs_by_itself() -> None:
    # GIVEN the command a person would type
    command = [sys.executable, "-m", "sandbox.receivers", "--keyword", "kube"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        # WHEN it says where everything is
        places = dict(process.stdout.readline().split() for _ in range(4))
        # THEN it is there, and a signal ends it well
        assert post(places["dingtalk"], markdown("kube")).json == {"errcode": 0, "errmsg": "ok"}
        assert post(places["chime"], {"Content": "x"}).status == 200
        assert get(places["inbox"]).status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
