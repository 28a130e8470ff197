"""The half of the check that is about the cluster: the API server, our rights there, the Lease."""

from __future__ import annotations

from contextlib import closing

import msgspec

from exporter.check.report import Report
from exporter.check.rights import READ_SECONDS, missing_verbs, needed, wanted
from exporter.edges import open_transport
from exporter.lease.identity import lease_namespace
from exporter.lease.lease_api import LeaseApi
from exporter.selection import Selection
from exporter.settings import Settings
from exporter.watch.answers import ListPage, Object
from exporter.watch.errors import ApiServerError, Denied, Forbidden, UnexpectedAnswer
from exporter.watch.resource_api import core_path
from exporter.watch.transport import Transport

WATCH_SECONDS = 1
"""How long the trial watch lasts: the answer is whether it begins."""


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = "unknown"


def check_cluster(settings: Settings, report: Report) -> None:
    """Everything that `run` does with the API server; without one there is nothing more to say."""
    try:
        transport = open_transport(settings)
    except ApiServerError as error:
        report.failed("API server", str(error))
        return
    try:
        report.ok("API server", f"{transport.host} is Kubernetes {_version(transport)}")
    except ApiServerError as error:
        unknown = isinstance(error, Denied) and not isinstance(error, Forbidden)
        why = ": the credentials are expired, or those of another cluster" if unknown else ""
        report.failed("API server", f"{error}{why}")
        return
    _check_rights(settings, transport, report)
    _check_trial(settings, transport, report)
    if settings.leader_election:
        _check_lease(settings, transport, report)
    if settings.enrich:
        _check_enrichment(settings, transport, report)


def _version(transport: Transport) -> str:
    body = transport.read("/version", {}, read_timeout=READ_SECONDS)
    try:
        return msgspec.json.decode(body, type=_Version).git_version
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnexpectedAnswer(f"{transport.host} is no Kubernetes API server") from None


def _check_rights(settings: Settings, transport: Transport, report: Report) -> None:
    for right in needed(settings):
        what = f"right to {right}"
        try:
            missing = missing_verbs(right, transport)
        except ApiServerError as error:
            report.failed(what, f"cannot ask for it: {error}")
            continue
        if missing:
            report.failed(what, f"may not {' and '.join(missing)}: {right.rule}")
        else:
            report.ok(what, "granted")


def _check_trial(settings: Settings, transport: Transport, report: Report) -> None:
    """A real list and a real watch: a right is one thing, a selector that the server takes another."""
    selector = Selection.from_settings(settings).field_selector
    for namespace in settings.namespaces or ("",):
        path = core_path("events", namespace)
        where = f" of namespace {namespace}" if namespace else ""
        try:
            _list_and_watch(transport, path, selector)
        except ApiServerError as error:
            report.failed(f"events{where}", str(error))
        else:
            without = f", without what the server leaves out: {selector}" if selector else ""
            report.ok(f"events{where}", f"listed and watched{without}")


def _list_and_watch(transport: Transport, path: str, selector: str) -> None:
    selected = {"fieldSelector": selector} if selector else {}
    body = transport.read(path, {"limit": 1, **selected}, read_timeout=transport.patience.list_page)
    try:
        newest = msgspec.json.decode(body, type=ListPage[Object]).metadata.resource_version
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnexpectedAnswer(f"the answer is no list: {error}") from None
    watch: dict[str, str | int] = {
        "watch": 1,
        "resourceVersion": newest,
        "timeoutSeconds": WATCH_SECONDS,
        **selected,
    }
    with closing(transport.get(path, watch, read_timeout=WATCH_SECONDS + READ_SECONDS)):
        return  # it has begun


def _check_lease(settings: Settings, transport: Transport, report: Report) -> None:
    leases = LeaseApi(transport.clone(), lease_namespace(settings.lease_namespace), settings.lease_name)
    try:
        holder = leases.get(READ_SECONDS).holder
    except ApiServerError as error:
        report.failed("Lease", str(error))
    else:
        report.ok("Lease", f"{leases} is there, held by {holder or 'nobody'}")


def _check_enrichment(settings: Settings, transport: Transport, report: Report) -> None:
    granted: dict[str, None] = {}
    for right in wanted(settings):
        try:
            missing = missing_verbs(right, transport)
        except ApiServerError as error:
            report.failed("enrichment", f"cannot ask for rights: {error}")
            return
        if missing:
            said = (
                f"may not {right}, so events about such objects go on without labels and owners: {right.rule}"
            )
            report.note("enrichment", said)
        else:
            granted[right.plural] = None
    if not granted:
        report.failed("enrichment", "none of what most events are about may be got")
        return
    unknown = "which others events will be about, only they can tell"
    report.ok("enrichment", f"may get {', '.join(granted)}; {unknown}")
