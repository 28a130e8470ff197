"""Rule files on disk: YAML in, the compiled form out."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from eventcore.rules import RulesInvalid, compile_rules, encode_compiled, parse_rules
from kube_events.errors import CommandError
from kube_events.strict_yaml import YamlError, read_yaml


class RulesFileError(CommandError):
    """A rule file that cannot be used."""


def compile_file(path: Path, receivers: Collection[str] | None = None) -> bytes:
    """The compiled form of the rule file at `path`: the same bytes for the same file.

    Args:
        path: a YAML file.
        receivers: the receivers there are; None where they are not known.

    Raises:
        RulesFileError: the file cannot be read, is no YAML, or its rules are wrong.
    """
    source = read_file(path)
    try:
        rule_file = parse_rules(read_yaml(source), receivers=receivers)
    except YamlError as error:
        raise RulesFileError([f"{path}: {error}"]) from None
    except RulesInvalid as invalid:
        raise RulesFileError([f"{path}: {error}" for error in invalid.errors]) from None
    return encode_compiled(compile_rules(rule_file, source_sha256=sha256(source).hexdigest()))


def compiled_path(path: Path) -> Path:
    """Where the compiled form lies by default, and where Terraform looks for it: beside its source."""
    return path.with_name(f"{path.stem}.compiled.json")


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        RulesFileError: there is none, it is a directory, or it may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RulesFileError([f"{path}: {error.strerror or error}"]) from None
    except ValueError as error:  # a name that no file can have, such as one with a NUL
        raise RulesFileError([f"{path}: {error}"]) from None
