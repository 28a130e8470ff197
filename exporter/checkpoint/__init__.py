"""How far the stream has everything: known while running, and kept beyond a restart."""
