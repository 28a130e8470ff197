"""The two edges of the exporter: the API server that it reads from, and the stream that it sends to."""

from __future__ import annotations

from exporter.settings import Settings
from exporter.ship.aws import client_errors
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.sink import Sink
from exporter.watch.credentials import credentials
from exporter.watch.transport import Patience, Transport


def open_transport(settings: Settings) -> Transport:
    """A transport with the credentials of the settings. Raises Denied if they cannot be read."""
    return Transport(credentials(settings.kubeconfig, settings.context), Patience())


def open_sink(settings: Settings) -> Sink:
    """The sink of the settings; no call is made.

    Raises:
        Misconfigured: AWS' own variables or files are wrong, such as an unknown AWS_PROFILE.
    """
    with client_errors():
        if settings.sink == "kinesis":
            return KinesisSink(settings.stream or "", settings.region)
        return EventBridgeSink(settings.event_bus or "", settings.region)
