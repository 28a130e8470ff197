"""How long the texts of an event may be, and how a longer one is cut."""

from __future__ import annotations

from typing import NamedTuple

MAX_MESSAGE_BYTES = 32 * 1024
"""Bytes of UTF-8. Writers through events/v1 are held to 1 kB, core/v1 clients must accept 64 kB
(k8s.io/api/events/v1); what is longer than this is a dump that nobody reads in a chat or a table."""

MAX_ANNOTATION_BYTES = 4 * 1024
"""Bytes of one annotation's value. All annotations of an object may have 256 KiB together (apimachinery's
TotalAnnotationSizeLimitB), which is as much as EventBridge takes for a whole entry."""

MAX_TEXT_BYTES = 1024
"""Bytes of every other string. Kubernetes holds names to 253 and reasons to 128 characters, but does not
validate all of an ObjectReference; OpenSearch refuses a keyword over 32,766 bytes."""


class Cut(NamedTuple):
    """A text within its limit, and whether something was taken off."""

    text: str
    was_cut: bool


def cut(text: str, limit: int) -> Cut:
    """Cut `text` to at most `limit` bytes of UTF-8, between characters."""
    if len(text) * 4 <= limit:
        return Cut(text, False)
    data = text.encode()
    if len(data) <= limit:
        return Cut(text, False)
    return Cut(data[:limit].decode(errors="ignore"), True)


def well_formed(text: str) -> str:
    """Text that UTF-8 can carry: JSON may spell half a surrogate pair, which becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
