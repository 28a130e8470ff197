"""A real OpenSearch on this machine, without a container: from Maven, under its own temporary directory."""

from sandbox.opensearch.server import OpenSearchServer, ServerError

__all__ = ["OpenSearchServer", "ServerError"]
