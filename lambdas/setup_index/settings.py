"""Settings of setup_index."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from eventcore.identity import IndexPeriod
from lambdas.common.opensearch.settings import OpenSearchSettings
from lambdas.common.settings import SecretArn
from lambdas.setup_index.definitions import Replicas

Days = Annotated[int, Meta(ge=1, le=3650, description="a number of days from 1 to 3650")]
DaysOrNever = Annotated[int, Meta(ge=0, le=3650, description="a number of days up to 3650, or 0 for never")]
Names = Annotated[
    tuple[Annotated[str, Meta(min_length=1)], ...],
    Meta(description='a JSON array of texts such as ["arn:aws:iam::123456789012:role/people"]'),
]
DashboardsEndpoint = Annotated[
    str,
    Meta(
        pattern=r"^$|^https?://[^/?#@\s]+(/[^?#\s]*)?$",
        description="a URL with its base path, such as https://search.example.com/_dashboards",
    ),
]
Tenant = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]+$", description="the name of a tenant, such as global or kube_events")
]
DomainName = Annotated[
    str,
    Meta(pattern=r"^$|^[a-z][a-z0-9-]{2,27}$", description="the name of an Amazon OpenSearch Service domain"),
]
"""https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html"""


class SetupSettings(OpenSearchSettings, frozen=True, kw_only=True):
    """Environment of setup_index."""

    replicas: Replicas = "0-1"
    """Copies of each index beside the first: from the one number to the other, as there are nodes."""
    retention_days: Days
    index_period: IndexPeriod = "day"
    warm_after_days: DaysOrNever = 0
    """UltraWarm, where indices are read-only."""
    cold_after_days: DaysOrNever = 0
    """Cold storage, where indices have to be brought back before they can be searched."""

    access: Literal["none", "manage"] = "none"
    """Whether roles, mappings and tenant of the security plugin are ours to put."""
    writer_backend_roles: Names = ()
    reader_backend_roles: Names = ()
    admin_backend_roles: Names = ()
    """Get everything; only for a domain that Terraform made."""
    writer_users: Names = ()
    reader_users: Names = ()

    dashboards_endpoint: DashboardsEndpoint = ""
    """Empty: nothing is imported."""
    dashboards_tenant: Tenant = "global"

    domain_name: DomainName = ""
    internal_master_secret_arn: SecretArn = ""
    """Of a secret {"username": …, "password": …}: the domain is switched to its internal user database, with
    this user as its master."""

    def __post_init__(self) -> None:
        """What depends on two variables."""
        super().__post_init__()
        wrong = [*self._wrong_ages(), *self._wrong_access()]
        if wrong:
            raise ValueError("\n".join(wrong))

    def _wrong_ages(self) -> list[str]:
        wrong = []
        for name in ("warm_after_days", "cold_after_days"):
            if getattr(self, name) >= self.retention_days:
                wrong.append(f"{name.upper()} must be less than RETENTION_DAYS={self.retention_days}")
        if self.cold_after_days and not 0 < self.warm_after_days < self.cold_after_days:
            wrong.append(
                "COLD_AFTER_DAYS must be more than WARM_AFTER_DAYS, which must be set: "
                "only an index in UltraWarm can go to cold storage"
            )
        return wrong

    def _wrong_access(self) -> list[str]:
        wrong = []
        names = (
            "writer_backend_roles",
            "reader_backend_roles",
            "admin_backend_roles",
            "writer_users",
            "reader_users",
        )
        if self.access == "none":
            wrong += [
                f"{name.upper()} is set, but ACCESS=none maps nobody: set ACCESS=manage, or leave it out"
                for name in names
                if getattr(self, name)
            ]
        if bool(self.domain_name) != bool(self.internal_master_secret_arn):
            wrong.append("DOMAIN_NAME and INTERNAL_MASTER_SECRET_ARN must be set together, or neither")
        if self.internal_master_secret_arn and (self.access, self.opensearch_auth) != ("manage", "sigv4"):
            wrong.append(
                "INTERNAL_MASTER_SECRET_ARN needs ACCESS=manage and OPENSEARCH_AUTH=sigv4: "
                "this function's role must be mapped before it is the master user no more"
            )
        return wrong
