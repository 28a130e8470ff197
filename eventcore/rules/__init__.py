"""The rule file: parsed with every error at once, compiled, and applied. docs/rules.md is its manual."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventcore.rules.compiled import (
        COMPILED_VERSION,
        CompiledInhibition,
        CompiledRecovery,
        CompiledRoute,
        CompiledRules,
        CompiledRulesError,
        CompiledSeverityRule,
        decode_compiled,
        encode_compiled,
    )
    from eventcore.rules.compiling import compile_rules
    from eventcore.rules.errors import RuleError, RulesInvalid
    from eventcore.rules.inhibition import SourceMark
    from eventcore.rules.matched_route import MatchedRoute
    from eventcore.rules.muting import muted_until
    from eventcore.rules.parsing import parse_rules
    from eventcore.rules.rule_file import Inhibition, RecoveryEntry, Route, RuleFile, SeverityRule
    from eventcore.rules.ruleset import Ruleset
    from eventcore.rules.time_interval import TimeInterval

__all__ = [
    "COMPILED_VERSION",
    "CompiledInhibition",
    "CompiledRecovery",
    "CompiledRoute",
    "CompiledRules",
    "CompiledRulesError",
    "CompiledSeverityRule",
    "Inhibition",
    "MatchedRoute",
    "RecoveryEntry",
    "Route",
    "RuleError",
    "RuleFile",
    "RulesInvalid",
    "Ruleset",
    "SeverityRule",
    "SourceMark",
    "TimeInterval",
    "compile_rules",
    "decode_compiled",
    "encode_compiled",
    "muted_until",
    "parse_rules",
]

_HOME = {
    "COMPILED_VERSION": "compiled",
    "CompiledInhibition": "compiled",
    "CompiledRecovery": "compiled",
    "CompiledRoute": "compiled",
    "CompiledRules": "compiled",
    "CompiledRulesError": "compiled",
    "CompiledSeverityRule": "compiled",
    "Inhibition": "rule_file",
    "MatchedRoute": "matched_route",
    "RecoveryEntry": "rule_file",
    "Route": "rule_file",
    "RuleError": "errors",
    "RuleFile": "rule_file",
    "RulesInvalid": "errors",
    "Ruleset": "ruleset",
    "SeverityRule": "rule_file",
    "SourceMark": "inhibition",
    "TimeInterval": "time_interval",
    "compile_rules": "compiling",
    "decode_compiled": "compiled",
    "encode_compiled": "compiled",
    "muted_until": "muting",
    "parse_rules": "parsing",
}
"""Each name and its module, imported when first asked for. The functions never ask for what deals with
sources, and would pay for it at every cold start; groups carry a MatchedRoute, and the Ruleset knows
groups."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
