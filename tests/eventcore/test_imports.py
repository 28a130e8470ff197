"""What a function imports before its first event is bought with every cold start."""

from __future__ import annotations

import subprocess
import sys

NOT_NEEDED = {
    "difflib",
    "ipaddress",
    "msgspec.inspect",
    "zoneinfo",
    "eventcore.rules.parsing",
    "eventcore.patterns.regex",
}


def test_applying_rules_imports_nothing_that_only_sources_or_rare_operators_need() -> None:
    needed = imported_by("from eventcore.rules import Ruleset, decode_compiled; import eventcore.wire")
    loaded = needed - imported_by("import msgspec")
    assert not loaded & NOT_NEEDED
    assert {"eventcore.wire", "eventcore.rules.ruleset"} <= loaded


def imported_by(code: str) -> set[str]:
    listing = f"import sys; {code}; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(run.stdout.split())
