"""A real OpenSearch on this machine, without a container: from Maven, under its own temporary directory."""

from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.server import OpenSearchServer

__all__ = ["OpenSearchServer", "ServerError"]
