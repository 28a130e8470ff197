"""The retention policy, where the server has index state management (ISM)."""

from __future__ import annotations

from typing import Any, TypedDict

from lambdas.common.observability import logger
from lambdas.setup_index.caller import Caller
from lambdas.setup_index.comparison import contains
from lambdas.setup_index.template import INDICES

POLICY_ID = "kube-events-retention"
POLICY = f"/_plugins/_ism/policies/{POLICY_ID}"
HANDLED = ("created", "updated", "unchanged")


class Given(TypedDict):
    """How the policy was given to the indices that are there already."""

    added: int
    changed: int
    refused: list[dict[str, Any]]


def put_policy(caller: Caller, policy: dict[str, Any]) -> str:
    """Put it if it is another than the server's. One of HANDLED, or a sentence that says why not."""
    found = caller.call("GET", POLICY, also=(400, 404))
    if found.status == 400:
        # Without the plugin nobody handles the path: "no handler found for uri".
        logger.warning("this server has no ISM: nothing deletes old indices", reason=found.reason())
        return "not there: this server has no index state management, so nothing deletes old indices"
    if found.status == 404:
        caller.call("PUT", POLICY, policy)
        return "created"
    current = found.json()
    if contains(current.get("policy"), policy["policy"]):
        return "unchanged"
    # Without these two the second PUT of a policy is refused.
    condition = f"?if_seq_no={current['_seq_no']}&if_primary_term={current['_primary_term']}"
    caller.call("PUT", POLICY + condition, policy)
    return "updated"


def give_policy(caller: Caller) -> Given:
    """Give the policy to the indices there are: only new ones take it by themselves, old ones keep theirs.

    `add` is for those without a policy and refuses the others, `change_policy` is for those others. An index
    that both refuse is named in the answer; it is deleted later than asked for, which loses nothing.
    """
    added, not_added = _apply(caller, "add")
    changed, not_changed = _apply(caller, "change_policy")
    refused = [each for each in not_changed if _name(each) in {_name(other) for other in not_added}]
    if refused:
        logger.warning("the policy was not given to some indices", refused=refused)
    return Given(added=added, changed=changed, refused=refused)


def _apply(caller: Caller, action: str) -> tuple[int, list[dict[str, Any]]]:
    """How many indices took it, and which did not; a 404 says that there is no index."""
    answer = caller.call("POST", f"/_plugins/_ism/{action}/{INDICES}", {"policy_id": POLICY_ID}, also=(404,))
    said = answer.json() if answer.status != 404 else None
    result = said if isinstance(said, dict) else {}
    return result.get("updated_indices", 0), result.get("failed_indices") or []


def _name(index: dict[str, Any]) -> object:
    return index.get("index_name")
