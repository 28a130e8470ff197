"""`python -m scripts.dashboards check|write`: the saved objects of OpenSearch Dashboards."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.dashboards.building import ndjson
from scripts.dashboards.parts import SourceError
from scripts.dashboards.source import read_source

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "opensearch" / "dashboards"
BUILT = SOURCE / "kube-events.ndjson"


def main(arguments: list[str]) -> int:
    """Exit code 1 if the source cannot be built or the file differs from it, 2 for a wrong call."""
    if arguments not in (["check"], ["write"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        built = ndjson(read_source(SOURCE))
    except SourceError as error:
        print(f"{SOURCE.relative_to(ROOT)}/{error}", file=sys.stderr)
        return 1
    if arguments == ["write"]:
        BUILT.write_text(built, encoding="utf-8")
    elif not BUILT.is_file() or BUILT.read_text(encoding="utf-8") != built:
        print(f"{BUILT.relative_to(ROOT)}: differs from its source; run `make dashboards`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
