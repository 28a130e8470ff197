"""An Amazon domain gets its internal user database, so that a person can sign in with a password.

A domain with an IAM master user has none. Terraform would have to be told a master user's password to make a
domain with one, and would keep it in its state. So the domain is made with this function's role as its master
user; the function maps its role like anybody else's and only then hands the mastery over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.common.opensearch.auth import SignInError, read_user
from lambdas.setup_index.access import map_admins, who_am_i
from lambdas.setup_index.caller import Caller, SetupError

if TYPE_CHECKING:
    from mypy_boto3_opensearch import OpenSearchServiceClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


class Domain(Protocol):
    """A domain whose login may be switched."""

    def has_internal_users(self) -> bool:
        """Whether it was switched before. Raises SetupError."""

    def enable_internal_users(self) -> None:
        """Switch. Raises SetupError."""


class AmazonDomain:
    """A domain of Amazon OpenSearch Service, and the secret with the user that becomes its master."""

    def __init__(
        self, service: OpenSearchServiceClient, secrets: SecretsManagerClient, name: str, secret_arn: str
    ) -> None:
        self._service = service
        self._secrets = secrets
        self._name = name
        self._secret_arn = secret_arn

    def has_internal_users(self) -> bool:
        """DescribeDomainConfig: what was asked for last, also while the domain is still busy with it."""
        try:
            config = self._service.describe_domain_config(DomainName=self._name)["DomainConfig"]
        except (BotoCoreError, ClientError) as error:
            raise SetupError(f"DescribeDomainConfig of {self._name}: {error}") from None
        options = config.get("AdvancedSecurityOptions", {}).get("Options", {})
        if not options.get("Enabled"):
            raise SetupError(f"{self._name} has no fine-grained access control, so nobody can sign in to it")
        return bool(options.get("InternalUserDatabaseEnabled"))

    def enable_internal_users(self) -> None:
        """UpdateDomainConfig. The domain is at it for some minutes, and answers meanwhile."""
        try:
            user = read_user(self._secrets, self._secret_arn)
        except SignInError as error:
            raise SetupError(str(error)) from None
        try:
            self._service.update_domain_config(
                DomainName=self._name,
                AdvancedSecurityOptions={
                    "Enabled": True,
                    "InternalUserDatabaseEnabled": True,
                    "MasterUserOptions": {
                        "MasterUserName": user.username,
                        "MasterUserPassword": user.password,
                    },
                },
            )
        except (BotoCoreError, ClientError) as error:
            # The words of a validation may quote the password.
            raise SetupError(f"UpdateDomainConfig of {self._name}: {self._refusal(_kind(error))}") from None

    def _refusal(self, kind: str) -> str:
        if kind != "ValidationException":
            return f"{kind}; what comes before it is done, and to apply again is safe"
        return (
            f"{kind}; the password in {self._secret_arn} needs 8 characters or more "
            "with a capital, a small letter, a digit and a special character"
        )


def hand_over(caller: Caller, domain: Domain) -> str:
    """Map our own role, then make the user of the secret the master user; again changes nothing."""
    if domain.has_internal_users():
        return "unchanged"
    account = who_am_i(caller)
    own = sorted({name for name in (*account.backend_roles, account.name) if ":role/" in name})
    if not own:
        raise SetupError(
            "the server takes this function for nobody with an IAM role, so it would lock itself out: "
            "the domain's login was left as it is"
        )
    map_admins(caller, own)
    domain.enable_internal_users()
    return "switched to the internal user database, which takes the domain some minutes"


def _kind(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "error")
    return type(error).__name__
