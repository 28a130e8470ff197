"""Settings of index_events."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eventcore.identity import INDEX_NAME, INDEX_NAME_PATTERN, MAX_INDEX_NAME_CHARACTERS, IndexPeriod
from lambdas.common.opensearch.settings import OpenSearchSettings
from lambdas.common.settings import Bucket, RulesKey

IndexName = Annotated[
    str,
    Meta(
        pattern=INDEX_NAME_PATTERN,
        max_length=MAX_INDEX_NAME_CHARACTERS,
        description="kube-events or kube-events-<small letters, digits and ->, either with -{cluster} behind"
        f" it or not; at most {MAX_INDEX_NAME_CHARACTERS} characters",
    ),
]
Days = Annotated[int, Meta(ge=0, le=3650, description="a number of days from 1 to 3650, or 0 for no limit")]


class IndexSettings(OpenSearchSettings, frozen=True, kw_only=True):
    """Environment of index_events."""

    config_bucket: Bucket
    rules_key: RulesKey
    dead_letters_bucket: Bucket
    index_name: IndexName = INDEX_NAME
    """`kube-events-{cluster}` gives each cluster indices of its own."""
    index_period: IndexPeriod = "day"
    """One index per day: what ISM deletes is whole indices."""
    retention_days: Days = 0
    """As setup_index has it. What the policy would have deleted is not written anew."""
    warm_after_days: Days = 0
    """As setup_index has it. What belongs into an index in UltraWarm cannot be written."""

    def __post_init__(self) -> None:
        """What depends on two variables."""
        super().__post_init__()
        if 0 < self.retention_days <= self.warm_after_days:
            raise ValueError(
                f"WARM_AFTER_DAYS is {self.warm_after_days}: it must be less than RETENTION_DAYS,"
                f" which is {self.retention_days}"
            )
