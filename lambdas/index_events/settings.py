"""Settings of index_events."""

from __future__ import annotations

from eventcore.identity import IndexPeriod
from lambdas.common.opensearch.settings import OpenSearchSettings
from lambdas.common.settings import Bucket, RulesKey


class IndexSettings(OpenSearchSettings, frozen=True, kw_only=True):
    """Environment of index_events."""

    config_bucket: Bucket
    rules_key: RulesKey
    dead_letters_bucket: Bucket
    index_period: IndexPeriod = "day"
    """One index per day: what ISM deletes is whole indices."""
