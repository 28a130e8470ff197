"""The checkpoint as it is kept: an annotation of the Lease, for whoever leads next."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from exporter.checkpoint.mark import NOTHING
from exporter.watch.order import number

logger = logging.getLogger(__name__)


class Checkpoint(Struct, frozen=True, kw_only=True):
    """Up to which version everything has been sent, per reader."""

    cluster: str
    selector: str
    """What was read, in the selection's own words: other states may be missing before the versions."""
    events: Mapping[str, str] = {}
    """By namespace; "" is all of them in one."""
    pods: Mapping[str, str] = {}
    """The same for Pods."""


_decoder = msgspec.json.Decoder(Checkpoint)


def write_checkpoint(checkpoint: Checkpoint) -> str:
    """The annotation's value."""
    return msgspec.json.encode(checkpoint).decode()


def read_checkpoint(
    value: str | None, *, cluster: str, selector: str, namespaces: Sequence[str] = ("",)
) -> Checkpoint:
    """The checkpoint in an annotation; empty if there is none.

    One that is void, or lacks a namespace, is not the same as none: somebody shipped before us, and what was
    written since would be lost by whoever begins at the present. So it is that of somebody who has sent
    nothing yet (NOTHING).

    Args:
        value: None if there is no annotation.
        cluster: name of the cluster that is read.
        selector: what is read of it.
        namespaces: whose versions are wanted; "" is all of them in one.
    """
    if not value:
        return Checkpoint(cluster=cluster, selector=selector)
    nothing = dict.fromkeys(namespaces, NOTHING)
    void = Checkpoint(cluster=cluster, selector=selector, events=nothing, pods=nothing)
    try:
        found = _decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        logger.error(  # noqa: TRY400 - a traceback of our own decoder says nothing
            "the checkpoint cannot be read: sending everything", extra={"reason": str(error)}
        )
        return void
    if (found.cluster, found.selector) != (cluster, selector):
        logger.warning(
            "the checkpoint is of another cluster or selection: sending everything",
            extra={"checkpoint_cluster": found.cluster, "checkpoint_selector": found.selector},
        )
        return void
    events, pods = (_versions(each, namespaces) for each in (found.events, found.pods))
    return msgspec.structs.replace(found, events=events, pods=pods)


def _versions(found: Mapping[str, str], namespaces: Sequence[str]) -> dict[str, str]:
    """None at all, if nothing was read: Pods were not wanted, or `--start now` was not answered yet."""
    if not found:
        return {}
    versions = {name: found.get(name, "") for name in namespaces}
    # A watch from a version that is no number is an error of the server, for ever.
    return {name: NOTHING if number(version) is None else version for name, version in versions.items()}
