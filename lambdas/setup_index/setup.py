"""Puts what OpenSearch and Dashboards need to have, in an order that is safe; again changes nothing."""

from __future__ import annotations

from typing import Any, NamedTuple, NotRequired, TypedDict

from lambdas.common.observability import logger
from lambdas.setup_index.access import Access, put_access
from lambdas.setup_index.caller import Caller, SetupError
from lambdas.setup_index.domain_login import Domain, hand_over
from lambdas.setup_index.retention import HANDLED, Given, give_policy, put_policy
from lambdas.setup_index.saved_objects import import_saved_objects
from lambdas.setup_index.template import Mappings, bring_mappings, put_template


class Wanted(NamedTuple):
    """What is to be there."""

    template: dict[str, Any]
    policy: dict[str, Any]
    access: Access | None = None
    """None: an endpoint without the security plugin, or one whose security somebody else manages."""
    saved_objects: bytes | None = None
    domain: Domain | None = None
    """A domain whose people sign in with users of its own."""


class Summary(TypedDict):
    """The answer of the function."""

    version: str
    template: str
    policy: str
    indices: NotRequired[Given]
    mappings: Mappings
    access: NotRequired[dict[str, str]]
    dashboards: NotRequired[str]
    login: NotRequired[str]


def set_up(wanted: Wanted, opensearch: Caller, dashboards: Caller | None = None) -> Summary:
    """Put all of it.

    Raises:
        SetupError: the server refused something, or was not there.
    """
    version = _version(opensearch.call("GET", "/").json())
    # First what makes indices right, then whoever may make them.
    template, policy = put_template(opensearch, wanted.template), put_policy(opensearch, wanted.policy)
    mappings = bring_mappings(opensearch, wanted.template)
    summary = Summary(version=version, template=template, policy=policy, mappings=mappings)
    if policy in HANDLED:
        # Also when unchanged: the run that changed it may have failed before it came to the indices.
        summary["indices"] = give_policy(opensearch)
    if wanted.access is not None:
        summary["access"] = put_access(opensearch, wanted.access)
    if dashboards is not None and wanted.saved_objects is not None:
        summary["dashboards"] = import_saved_objects(dashboards, wanted.saved_objects)
    if wanted.domain is not None:
        # Last, because it makes the domain busy and, were our role not mapped by now, would shut us out.
        summary["login"] = hand_over(opensearch, wanted.domain)
    logger.info("OpenSearch is set up", summary=summary)
    return summary


def _version(about: Any) -> str:
    match about:
        case {"version": {"number": str(number)}}:
            return number
        case _:
            raise SetupError("GET /: the endpoint answers, but not as OpenSearch does")
