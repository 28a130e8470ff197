"""`kube-events rules check`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from eventcore.rules import decode_compiled
from kube_events.rules.files import RulesFileError, compile_file, compiled_path, read_file


def check_rules(
    file: Path, *, receivers: Collection[str] | None, output: Path | None, write: bool
) -> list[str]:
    """Check a rule file and its compiled form; with `write`, write that form. Gives the lines to print.

    Raises:
        RulesFileError: the rules are wrong, or a compiled form is there that does not belong to them.
    """
    compiled = compile_file(file, receivers)
    target = output or compiled_path(file)
    lines = [f"{file}: {_summary(compiled)}"]
    if write:
        _write(target, compiled)
        lines.append(f"{target}: written")
    elif not target.exists():
        lines.append(f"{target}: not there yet; --write makes it")
    elif read_file(target) != compiled:
        raise RulesFileError([f"{target}: not made from {file} as it is now; --write makes it anew"])
    else:
        lines.append(f"{target}: up to date")
    return lines


def _summary(compiled: bytes) -> str:
    rules = decode_compiled(compiled)
    told = ", ".join(rules.receivers) or "nobody"
    return f"ok: {len(rules.drop)} drop, {len(rules.severity)} severity, tells {told}"


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RulesFileError([f"{path}: {error.strerror or error}"]) from None
