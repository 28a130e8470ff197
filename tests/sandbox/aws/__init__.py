"""The local AWS endpoint."""
