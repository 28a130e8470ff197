"""Why there are no AWS credentials: which of the ways that EKS has was taken, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.ship.errors import NoCredentials, NotAllowed, SinkError

POD_IDENTITY = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
"""EKS sets it in each Pod whose service account has an association when the Pod is made."""

IRSA = "AWS_WEB_IDENTITY_TOKEN_FILE"
"""EKS sets it in each Pod whose service account is annotated with eks.amazonaws.com/role-arn."""

AGENT = "169.254.170.23"
"""Where the Pod Identity agent listens on each node; [fd00:ec2::23] where Pods have only IPv6."""


def advice(error: SinkError, environment: Mapping[str, str]) -> str:
    """What to repair, to be put behind the error; empty where the error says it all."""
    if isinstance(error, NoCredentials):
        return _without_credentials(environment)
    if isinstance(error, NotAllowed):
        return _without_permission(str(error), environment)
    return ""


def _without_credentials(environment: Mapping[str, str]) -> str:
    if environment.get(POD_IDENTITY):
        return (
            "; EKS Pod Identity gives this Pod a role, but the agent does not hand it out: does the add-on "
            "eks-pod-identity-agent run on this node (on Fargate it cannot: use IRSA), and does every "
            f"NetworkPolicy let the Pod reach {AGENT}, port 80?"
        )
    if environment.get(IRSA):
        return (
            "; IRSA gives this Pod a role, but its token leads to none: is the file "
            f"{environment[IRSA]} there, and can the Pod reach sts?"
        )
    if environment.get("KUBERNETES_SERVICE_HOST"):
        return (
            "; nothing gives this Pod a role: make an EKS Pod Identity association for its service account, "
            "or annotate that with eks.amazonaws.com/role-arn (IRSA), and restart the Pod, which learns of "
            "either only when it is made"
        )
    return "; outside of a cluster AWS_PROFILE, AWS_ACCESS_KEY_ID and their kin say where they are"


def _without_permission(said: str, environment: Mapping[str, str]) -> str:
    if "AssumeRoleWithWebIdentity" in said:
        return (
            "; the role's trust policy has to name this cluster's OIDC provider and this service account "
            "(system:serviceaccount:<namespace>:<name>)"
        )
    own_role = environment.get(POD_IDENTITY) or environment.get(IRSA)
    if environment.get("KUBERNETES_SERVICE_HOST") and not own_role:
        return "; nothing gives this Pod a role of its own, so these credentials are those of its node"
    return ""
