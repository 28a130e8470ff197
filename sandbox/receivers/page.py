"""The inbox as a page: every message as its chat would show it, refusals beside it. Nothing is loaded from
anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from sandbox.receivers.inbox import Channel, Received
from sandbox.receivers.markdown import to_html

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")

_APPS: dict[Channel, tuple[str, str]] = {
    "dingtalk": ("DingTalk", "钉"),
    "chime": ("Amazon Chime", "C"),
    "mail": ("Mail", "✉"),
}


def render_page(messages: Sequence[Received]) -> str:
    """One column per receiver, newest message last, as in a chat."""
    receivers = dict.fromkeys((each.channel, each.receiver) for each in messages)
    columns = "\n".join(
        _column(channel, receiver, [each for each in messages if each.receiver == receiver])
        for channel, receiver in sorted(receivers)
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kube-events inbox</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>Inbox</h1><p>What the receivers of this sandbox were told, and what they answered.
<a href="inbox.json">As JSON</a></p></header>
<main>{columns or '<p class="empty">Nothing has arrived yet.</p>'}</main>
</body>
</html>
"""


def _column(channel: Channel, receiver: str, messages: Sequence[Received]) -> str:
    app, sign = _APPS[channel]
    counts = Counter(each.verdict for each in messages)
    summary = " · ".join(
        f'<span class="{verdict}">{number} {verdict}</span>' for verdict, number in counts.items()
    )
    shown = "\n".join(_message(each, sign) for each in messages)
    return (
        f'<section class="{channel}"><h2><span class="app">{app}</span>{escape(receiver)}</h2>'
        f'<p class="counts">{summary}</p>\n{shown}</section>'
    )


def _message(received: Received, sign: str) -> str:
    time = f"{datetime.fromtimestamp(received.at, UTC):%H:%M:%S}"
    if received.verdict != "accepted":
        return (
            f'<p class="note {received.verdict}">{time} {received.verdict}: {escape(received.code)} '
            f"{escape(received.reason)}<br><q>{escape(_first_line(received))}</q></p>"
        )
    if received.channel == "mail":
        return (
            f'<article class="letter"><header><b>{escape(received.title)}</b><time>{time}</time></header>'
            f"<pre>{escape(received.text)}</pre></article>"
        )
    body = to_html(received.text) if received.channel == "dingtalk" else f"<pre>{escape(received.text)}</pre>"
    unseen = (who for who in received.mentions if f"@{who}" not in received.text)
    calls = "".join(f'<span class="call">@{escape(who)}</span> ' for who in unseen)
    return (
        f'<article class="message"><span class="avatar" aria-hidden="true">{sign}</span>'
        f"<div><header><b>kube-events</b><time>{time}</time></header>"
        f'<div class="bubble">{body}{calls}</div></div></article>'
    )


def _first_line(received: Received) -> str:
    return received.title or received.text.partition("\n")[0]
