"""From the API server: list, then watch, and never stop doing so."""
