"""What the index costs: the handler against a bare loop, and the bytes that documents take."""
