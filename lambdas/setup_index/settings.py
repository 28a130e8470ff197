"""Settings of setup_index."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eventcore.identity import IndexPeriod
from lambdas.common.opensearch.settings import OpenSearchSettings

Days = Annotated[int, Meta(ge=1, le=3650, description="a number of days from 1 to 3650")]


class SetupSettings(OpenSearchSettings, frozen=True, kw_only=True):
    """Environment of setup_index."""

    retention_days: Days
    index_period: IndexPeriod = "day"
