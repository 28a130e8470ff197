"""Events from anywhere, written by the index function as it writes those of the stream. Nobody is told."""
