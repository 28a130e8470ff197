"""Notify: what waits in a receiver's queue is told to it, once."""
