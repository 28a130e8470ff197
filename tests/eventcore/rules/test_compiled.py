"""The compiled form: deterministic, read back as it was, and refused clearly where it cannot be used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from eventcore.rules import (
    COMPILED_VERSION,
    CompiledRules,
    CompiledRulesError,
    Ruleset,
    compile_rules,
    decode_compiled,
    encode_compiled,
    parse_rules,
)
from tests.eventcore.rules.strategies import RULES

SHA256 = "ab" * 32


def compiled(document: dict[str, Any]) -> CompiledRules:
    return compile_rules(parse_rules(document), source_sha256=SHA256)


@given(RULES)
@settings(deadline=None)
def test_it_is_read_back_as_it_was_written(document: dict[str, Any]) -> None:
    rules = compiled(document)
    data = encode_compiled(rules)
    assert decode_compiled(data) == rules
    assert encode_compiled(decode_compiled(data)) == data


def test_it_holds_what_terraform_reads() -> None:
    document = {"route": {"receiver": "z", "routes": [{"receivers": ["b", "a"]}, {"receiver": "b"}]}}
    fields = json.loads(encode_compiled(compiled(document)))
    assert fields["compiledVersion"] == COMPILED_VERSION
    assert fields["sourceSha256"] == SHA256
    assert fields["receivers"] == ["a", "b", "z"]


def test_the_order_of_keys_in_the_source_makes_no_difference() -> None:
    one = {"drop": [{"reason": ["A"], "type": ["Normal"]}], "route": {"receiver": "a", "group_wait": "1m"}}
    two = {"route": {"group_wait": "60s", "receiver": "a"}, "drop": [{"type": ["Normal"], "reason": ["A"]}]}
    assert encode_compiled(compiled(one)) == encode_compiled(compiled(two))
    assert encode_compiled(compiled(one)).endswith(b"}\n")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a compiled rule file"),
        (b"route:\n  receiver: a\n", "not a compiled rule file"),
        (b"\xff", "not a compiled rule file"),
        (b"{}", "compiledVersion"),
        (b'{"compiledVersion": 2}', "sourceSha256"),
        (b'{"compiledVersion": 99}', "version 99, by a newer release; this one reads 2: compile again"),
        (b'{"compiledVersion": 1}', "version 1, by an older release"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(CompiledRulesError, match=says):
        decode_compiled(data)


def test_a_pattern_of_a_newer_release_is_refused_when_the_rules_are_loaded() -> None:
    document = {"drop": [{"reason": ["A"]}], "route": {"receiver": "a"}}
    data = encode_compiled(compiled(document)).replace(b'"A"', b'{"sounds-like": "A"}')
    with pytest.raises(CompiledRulesError, match=r"drop\[0\]\.reason\[0\]"):
        Ruleset(decode_compiled(data))
