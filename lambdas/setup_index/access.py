"""Who may do what: our two roles, who has them, and the tenant, in the security plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.setup_index.caller import Caller, SetupError
from lambdas.setup_index.comparison import contains

if TYPE_CHECKING:
    from lambdas.setup_index.settings import SetupSettings

SECURITY = "/_plugins/_security"
TENANT = "kube_events"
TENANT_DESCRIPTION = "The dashboards of kube-events"

ADMIN_ROLES = ("all_access", "security_manager")
"""What the master user of an Amazon domain is mapped to; the second is not to be had elsewhere.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html"""


class Access(NamedTuple):
    """What is to be put."""

    roles: Mapping[str, dict[str, Any]]
    mappings: Mapping[str, dict[str, list[str]]]
    """Of the roles that are ours: whoever is not in one of these loses the role."""
    admins: Sequence[str]
    """Back-end roles that are added to whoever is mapped to ADMIN_ROLES."""


class Account(NamedTuple):
    """Whom the server takes us for."""

    name: str
    backend_roles: tuple[str, ...]


def access(settings: SetupSettings, roles: Mapping[str, dict[str, Any]]) -> Access:
    """The roles, and their mappings as the settings say."""
    return Access(
        roles,
        {
            "kube_events_writer": _mapping(settings.writer_backend_roles, settings.writer_users),
            "kube_events_reader": _mapping(settings.reader_backend_roles, settings.reader_users),
        },
        settings.admin_backend_roles,
    )


def put_access(caller: Caller, wanted: Access) -> dict[str, str]:
    """Put tenant, roles and mappings; what is there already is left. Says for each what was done.

    Raises:
        SetupError: the server has no security plugin, or refuses.
    """
    who_am_i(caller)
    done = {f"tenant {TENANT}": _put(caller, "tenants", TENANT, {"description": TENANT_DESCRIPTION})}
    for name, role in wanted.roles.items():
        done[f"role {name}"] = _put(caller, "roles", name, role)
    for name, mapping in wanted.mappings.items():
        done[f"mapping {name}"] = _put(caller, "rolesmapping", name, mapping)
    return done | map_admins(caller, wanted.admins)


def map_admins(caller: Caller, admins: Sequence[str]) -> dict[str, str]:
    """Add back-end roles to the mappings of ADMIN_ROLES. Nobody who is mapped there is taken out."""
    if not admins:
        return {}
    return {f"mapping {role}": _extend(caller, role, admins) for role in ADMIN_ROLES}


def who_am_i(caller: Caller) -> Account:
    """Ask the security plugin.

    Raises:
        SetupError: there is none.
    """
    # Without the plugin OpenSearch has no handler for the path (400); Amazon lets no such request through
    # where fine-grained access control is off (401).
    answer = caller.call("GET", f"{SECURITY}/authinfo", also=(400, 401, 404, 405))
    match answer.json():
        case {"user_name": str(name), "backend_roles": list(roles)} if answer.status == 200:
            return Account(name, tuple(str(role) for role in roles))
        case _:
            raise SetupError(
                f"GET {SECURITY}/authinfo: HTTP {answer.status}: {answer.reason()}: ACCESS=manage needs the "
                "security plugin, on an Amazon domain fine-grained access control; without, set ACCESS=none"
            )


def _mapping(backend_roles: Sequence[str], users: Sequence[str]) -> dict[str, list[str]]:
    return {
        "backend_roles": sorted(set(backend_roles)),
        "and_backend_roles": [],
        "users": sorted(set(users)),
        "hosts": [],
    }


def _put(caller: Caller, kind: str, name: str, wanted: dict[str, Any]) -> str:
    path = f"{SECURITY}/api/{kind}/{name}"
    found = caller.call("GET", path, also=(404,))
    if found.status == 200 and contains(_sorted(_named(found.json(), name)), _sorted(wanted)):
        return "unchanged"
    caller.call("PUT", path, wanted)
    return "created" if found.status == 404 else "updated"


def _extend(caller: Caller, role: str, admins: Sequence[str]) -> str:
    path = f"{SECURITY}/api/rolesmapping/{role}"
    found = caller.call("GET", path, also=(404,))
    if found.status == 404:
        made = caller.call("PUT", path, {"backend_roles": sorted(set(admins))}, also=(404,))
        return "not there: this server has no such role" if made.status == 404 else "created"
    there = _named(found.json(), role).get("backend_roles") or []
    missing = sorted(set(admins) - set(there))
    if not missing:
        return "unchanged"
    caller.call("PATCH", path, [{"op": "add", "path": "/backend_roles", "value": [*there, *missing]}])
    return "extended"


def _named(said: Any, name: str) -> dict[str, Any]:
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _sorted(mapping: dict[str, Any]) -> dict[str, Any]:
    """The server keeps names as sets."""
    names = ("backend_roles", "users", "hosts", "cluster_permissions")
    return {
        key: sorted(value) if key in names and isinstance(value, list) else value
        for key, value in mapping.items()
    }
