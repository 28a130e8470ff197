"""OpenSearch over HTTP, for the two functions that talk to it."""
