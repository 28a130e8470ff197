"""Which events are shipped: namespaces, and drop rules in the language of the rules."""

from exporter.selection.selection import Selection

__all__ = ["Selection"]
