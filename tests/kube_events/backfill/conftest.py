"""An API server, and the index function."""

from tests.kube_events.index_function import index_function
from tests.lambdas.index_events.conftest import deployed, index

__all__ = ["deployed", "index", "index_function"]
