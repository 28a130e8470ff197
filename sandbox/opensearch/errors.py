"""What can go wrong on the way to a running server."""

from __future__ import annotations


class ServerError(Exception):
    """OpenSearch cannot be started or used; one line says what is missing or wrong, and what to do."""
