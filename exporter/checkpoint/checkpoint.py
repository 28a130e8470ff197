"""The checkpoint as it is kept: an annotation of the Lease, for whoever leads next."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec
from msgspec import Struct

logger = logging.getLogger(__name__)

ANNOTATION = "kube-events/checkpoint"


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


def read_checkpoint(value: str | None, *, cluster: str, selector: str) -> Checkpoint:
    """The checkpoint in an annotation. Without one that is ours it is empty: then everything is sent.

    Args:
        value: None if there is no annotation.
        cluster: name of the cluster that is read.
        selector: what is read of it.
    """
    empty = Checkpoint(cluster=cluster, selector=selector)
    if not value:
        return empty
    try:
        found = _decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        logger.error(  # noqa: TRY400 - a traceback of our own decoder says nothing
            "the checkpoint cannot be read: starting without one", extra={"reason": str(error)}
        )
        return empty
    if (found.cluster, found.selector) != (cluster, selector):
        logger.warning(
            "the checkpoint is of another cluster or selection: starting without one",
            extra={"checkpoint_cluster": found.cluster, "checkpoint_selector": found.selector},
        )
        return empty
    return msgspec.structs.replace(found, events=_versions(found.events), pods=_versions(found.pods))


def _versions(found: Mapping[str, str]) -> dict[str, str]:
    """A watch from a version that is no number is an error of the server, for ever."""
    return {name: version for name, version in found.items() if version.isdecimal() and version.isascii()}
