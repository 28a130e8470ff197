"""The rule file: parsed with every error at once, compiled, and applied. docs/rules.md is its manual."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from eventcore.rules.compiled import (
    COMPILED_VERSION,
    CompiledRoute,
    CompiledRules,
    CompiledRulesError,
    CompiledSeverityRule,
    decode_compiled,
    encode_compiled,
)
from eventcore.rules.matched_route import MatchedRoute
from eventcore.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from eventcore.rules.compiling import compile_rules
    from eventcore.rules.errors import RuleError, RulesInvalid
    from eventcore.rules.parsing import parse_rules
    from eventcore.rules.rule_file import Route, RuleFile, SeverityRule

__all__ = [
    "COMPILED_VERSION",
    "CompiledRoute",
    "CompiledRules",
    "CompiledRulesError",
    "CompiledSeverityRule",
    "MatchedRoute",
    "Route",
    "RuleError",
    "RuleFile",
    "RulesInvalid",
    "Ruleset",
    "SeverityRule",
    "compile_rules",
    "decode_compiled",
    "encode_compiled",
    "parse_rules",
]

_OF_SOURCES = {
    "Route": "rule_file",
    "RuleError": "errors",
    "RuleFile": "rule_file",
    "RulesInvalid": "errors",
    "SeverityRule": "rule_file",
    "compile_rules": "compiling",
    "parse_rules": "parsing",
}
"""What deals with sources, and its module: imported when first asked for. The functions apply compiled
rules only, and would pay for it at every cold start."""


def __getattr__(name: str) -> Any:
    if name not in _OF_SOURCES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_OF_SOURCES[name]}"), name)
