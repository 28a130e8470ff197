"""The subset of markdown that DingTalk shows, as HTML. Everything is escaped first, so nothing else can come
through."""

from __future__ import annotations

import re
from html import escape

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((https?://[^()\s]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])")
_ADDRESS = re.compile(r"""(?<!href=")\bhttps?://[^\s<"&“”]+""")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"[-*+]\s+(.*)")


def to_html(text: str) -> str:
    """Headings, quotes, lists, emphasis, links; a link shows as one, also where somebody smuggled it in."""
    blocks: list[str] = []
    items: list[str] = []
    for line in [*text.split("\n"), ""]:
        item = _ITEM.fullmatch(line)
        if item:
            items.append(f"<li>{_inline(item[1])}</li>")
            continue
        if items:
            blocks.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if line.strip():
            blocks.append(_block(line))
    return "\n".join(blocks)


def _block(line: str) -> str:
    if heading := _HEADING.fullmatch(line):
        level = len(heading[1])
        return f"<h{level}>{_inline(heading[2])}</h{level}>"
    if line.startswith(">"):
        return f"<blockquote>{_inline(line[1:].strip())}</blockquote>"
    return f"<p>{_inline(line)}</p>"


def _inline(text: str) -> str:
    html = escape(text)
    html = _LINK.sub(lambda link: _anchor(link[3], ("🖼 " if link[1] else "") + link[2]), html)
    html = _ADDRESS.sub(lambda address: _anchor(address[0], address[0]), html)
    return _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", html))


def _anchor(url: str, title: str) -> str:
    return f'<a href="{url}" rel="noreferrer noopener" target="_blank">{title}</a>'
