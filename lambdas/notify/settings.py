"""What the notify function reads from its environment."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from lambdas.common.settings import Bucket, ReceiversKey, Settings, TableName


class NotifySettings(Settings, frozen=True, kw_only=True):
    """CONFIG_BUCKET, RECEIVERS_KEY, STATE_TABLE; without DASHBOARDS_URL, messages have no link there."""

    config_bucket: Bucket
    receivers_key: ReceiversKey
    state_table: TableName
    dashboards_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^?#@\s()]+$",
            description="a URL with its base path, such as https://search.example.com/_dashboards",
        ),
    ] = ""
