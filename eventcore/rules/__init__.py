"""The rule file: parsed with every error at once, compiled, and applied. docs/rules.md is its manual."""

from eventcore.rules.compiled import (
    COMPILED_VERSION,
    CompiledRoute,
    CompiledRules,
    CompiledRulesError,
    decode_compiled,
    encode_compiled,
)
from eventcore.rules.compiling import compile_rules
from eventcore.rules.errors import RuleError, RulesInvalid
from eventcore.rules.parsing import parse_rules
from eventcore.rules.rule_file import Route, RuleFile, SeverityRule
from eventcore.rules.ruleset import MatchedRoute, Ruleset

__all__ = [
    "COMPILED_VERSION",
    "CompiledRoute",
    "CompiledRules",
    "CompiledRulesError",
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
