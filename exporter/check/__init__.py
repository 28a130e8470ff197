"""`check`: would `run` work? Each thing it needs, tried once, in one line."""

from exporter.check.check import check

__all__ = ["check"]
