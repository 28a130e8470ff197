"""Receivers on loopback that answer as DingTalk's robots and Chime's webhooks do, and keep what they were
told."""

from sandbox.receivers.inbox import Inbox, Received
from sandbox.receivers.server import ReceiverServer

__all__ = ["Inbox", "Received", "ReceiverServer"]
