"""Events from the stream become documents in OpenSearch."""
