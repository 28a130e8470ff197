"""Takes the life out of text that somebody else wrote: it stays readable, but calls nobody and opens nothing.

Look-alikes from the full-width forms take the place of what a chat would act on. They are visible, so nobody
who copies a line is fooled by a character that cannot be seen; and they work whether or not a chat knows
escapes, which DingTalk and Chime do not document. Bare host names stay: image names are full of them.
"""

from __future__ import annotations

import re

_SCHEME = re.compile(r":(?=[/\\]{2})")
_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#|\w+;)")
_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore at the edge of a word; one inside a name means nothing in markdown."""
_MARKUP = str.maketrans({"[": "［", "]": "］", "<": "＜", "*": "＊", "`": "ˋ", "\\": "＼", "~": "～"})


def without_links(text: str) -> str:
    """`https://x` and `www.x` are no longer addresses, neither to a reader's client nor to markdown."""
    return _WWW.sub(r"\1．", _SCHEME.sub("：", text))


def without_mentions(text: str) -> str:
    """`@all`, `@Present`, `@13800000000`: nobody is called."""
    return text.replace("@", "＠")


def without_markup(text: str) -> str:
    """No emphasis, link, image, code, HTML or entity. What only acts at the start of a line (`#`, `-`, `>`)
    is the caller's to prevent: put something in front."""
    return _EMPHASIS.sub("＿", _ENTITY.sub("＆", text)).translate(_MARKUP)


def for_plain_chat(text: str) -> str:
    """For a chat that knows mentions and makes addresses clickable, but reads no markup."""
    return without_links(without_mentions(text))


def for_markdown_chat(text: str) -> str:
    """For a chat that reads markdown."""
    return without_markup(without_links(without_mentions(text)))
