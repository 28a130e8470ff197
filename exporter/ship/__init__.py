"""To the stream: a bounded buffer, batches within the service's limits, retries until they are accepted."""
