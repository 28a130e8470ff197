"""The saved objects of OpenSearch Dashboards: imported, over those of an earlier version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urllib3 import encode_multipart_formdata

from lambdas.setup_index.caller import Caller, SetupError

if TYPE_CHECKING:
    from lambdas.common.opensearch.auth import Auth

IMPORT = "/api/saved_objects/_import?overwrite=true"
BOUNDARY = "kube-events-saved-objects"
"""Fixed, because a signature and a second try want the same bytes. No object has a line that begins so."""
_NAMED = 5


class DashboardsAuth:
    """Adds what Dashboards asks of every request that is not its own page's, and names the tenant.

    https://docs.opensearch.org/latest/security/multi-tenancy/tenant-index/ and
    https://docs.opensearch.org/latest/troubleshoot/ (`osd-xsrf`).
    """

    def __init__(self, auth: Auth, tenant: str) -> None:
        self._auth = auth
        self._tenant = tenant

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """As OpenSearch itself wants it, and two more; they need no signature."""
        return self._auth.headers(method, url, body) | {"osd-xsrf": "true", "securitytenant": self._tenant}

    def refused(self) -> bool:
        """Whether another try may have other credentials."""
        return self._auth.refused()


def import_saved_objects(caller: Caller, objects: bytes) -> str:
    """Import them; says how many.

    Args:
        caller: calls Dashboards, base path included.
        objects: one JSON object in a line.

    Raises:
        SetupError: no Dashboards there, or it did not take all of them. It names the first.
    """
    file = ("kube-events.ndjson", objects, "application/ndjson")
    body, media_type = encode_multipart_formdata({"file": file}, boundary=BOUNDARY)
    answer = caller.call("POST", IMPORT, body, media_type=media_type, also=(301, 302, 303, 307, 404, 413))
    where = f"POST {IMPORT}: HTTP {answer.status}"
    if answer.status == 404:
        raise SetupError(
            f"{where}: no Dashboards at DASHBOARDS_ENDPOINT; its base path is often /_dashboards"
        )
    if answer.status == 413:
        raise SetupError(
            f"{where}: {len(body)} bytes are more than Dashboards takes (savedObjects.maxImportPayloadBytes)"
        )
    if answer.status >= 300:
        raise SetupError(f"{where}: Dashboards sends to a login page instead of taking these credentials")
    match answer.json():
        case {"success": True, "successCount": int(count)}:
            return f"imported {count} saved objects"
        case {"success": False, "errors": list(errors)}:
            named = "; ".join(_error(error) for error in errors[:_NAMED])
            raise SetupError(f"{where}, but {len(errors)} saved objects were not imported: {named}")
        case _:
            raise SetupError(f"{where}, but the answer is not that of Dashboards: {answer.reason()}")


def _error(error: Any) -> str:
    """Such as `dashboard kube-events-overview: missing_references`."""
    match error:
        case {"type": kind, "id": name, "error": {"type": reason, **rest}}:
            more = rest.get("message") or rest.get("references") or ""
            return f"{kind} {name}: {reason} {more}".strip()[:300]
        case _:
            return str(error)[:300]
