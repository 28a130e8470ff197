"""EventBridge's content filters over the wire's own object, and `regex`. docs/rules.md is their manual."""

from eventcore.patterns.compiler import Pattern, compile_pattern
from eventcore.patterns.errors import PatternError

__all__ = ["Pattern", "PatternError", "compile_pattern"]
