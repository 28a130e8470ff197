"""AWS regions, as botocore knows them: a mistyped one would otherwise be a host that does not resolve."""

from __future__ import annotations

import difflib

import botocore.session
from botocore.exceptions import BotoCoreError


def unknown_region(region: str) -> str:
    """What to say of a region that botocore does not know; empty if it does."""
    session = botocore.session.get_session()
    try:
        known = {
            name
            for partition in session.get_available_partitions()
            for name in session.get_available_regions("kinesis", partition, allow_non_regional=True)
        }
    except BotoCoreError:
        # An unknown profile or a broken file, no matter of the region: opening the sink says what is wrong.
        return ""
    if region in known:
        return ""
    near = difflib.get_close_matches(region, known, n=3)
    hint = f"; is it {' or '.join(sorted(near))}?" if near else ""
    return f"AWS has no such region{hint}"
