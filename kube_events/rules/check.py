"""`kube-events rules check`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from eventcore.rules import CompiledRules, decode_compiled
from kube_events.rules.files import RulesFileError, compile_file, compiled_path, read_file


def check_rules(
    file: Path,
    *,
    receivers: Collection[str] | None,
    output: Path | None,
    write: bool,
    strict: bool,
    warn: Callable[[str], None],
) -> Iterator[str]:
    """Check a rule file and its compiled form; with `write`, write that form. Gives the lines to print.

    Args:
        file: the rules.
        receivers: the receivers there are; None where they are not known.
        output: the compiled form; None is beside the file.
        write: whether to write it.
        strict: whether what is odd is an error.
        warn: is told what is odd, if it is none.

    Raises:
        RulesFileError: the rules are wrong, or a compiled form is there that does not belong to them.
    """
    compiled = compile_file(file, receivers)
    rules = decode_compiled(compiled)
    warnings = _warnings(file, rules, receivers)
    if strict and warnings:
        raise RulesFileError(warnings)
    for warning in warnings:
        warn(warning)
    yield f"{file}: {_summary(rules)}"
    target = output or compiled_path(file)
    if write:
        _write(target, compiled)
        yield f"{target}: written"
    elif not target.exists():
        yield f"{target}: not there yet; --write makes it"
    elif read_file(target) != compiled:
        raise RulesFileError([f"{target}: not made from {file} as it is now; --write makes it anew"])
    else:
        yield f"{target}: up to date"


def _warnings(file: Path, rules: CompiledRules, receivers: Collection[str] | None) -> list[str]:
    from kube_events.rules.analysis.everything import odd

    return [f"{file}: warning: {each}" for each in odd(rules, receivers)]


def _summary(rules: CompiledRules) -> str:
    told = ", ".join(rules.receivers) or "nobody"
    return f"ok: {len(rules.drop)} drop, {len(rules.severity)} severity, tells {told}"


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RulesFileError([f"{path}: {error.strerror or error}"]) from None
