"""Settings of filter_events."""

from __future__ import annotations

from lambdas.common.settings import Bucket, ReceiversKey, RulesKey, Settings, TableName


class FilterSettings(Settings, frozen=True, kw_only=True):
    """Environment of filter_events."""

    config_bucket: Bucket
    rules_key: RulesKey
    receivers_key: ReceiversKey
    dead_letters_bucket: Bucket
    state_table: TableName
