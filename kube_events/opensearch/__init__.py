"""How the command reaches OpenSearch: where it is, how to sign in, and what its errors mean to a person."""

from kube_events.opensearch.arguments import add_connection_arguments, connection_of
from kube_events.opensearch.client import SearchClient, connect
from kube_events.opensearch.errors import OpenSearchError, Unavailable

__all__ = [
    "OpenSearchError",
    "SearchClient",
    "Unavailable",
    "add_connection_arguments",
    "connect",
    "connection_of",
]
