"""`python -m scripts.chart check|write`: the chart's schema of the settings, and deploy/manifests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.chart.layout import CHART, MANIFESTS, ROOT
from scripts.chart.manifests import MANIFEST_FILES, manifest
from scripts.chart.rendering import ChartRefused
from scripts.chart.schema import with_settings
from scripts.helm import HelmMissing, find_helm

SCHEMA = CHART / "values.schema.json"


def generated(helm: Path) -> Iterator[tuple[Path, str]]:
    """Each file and what belongs into it. The schema first, because rendering reads it.

    Raises:
        ChartRefused: the chart is broken.
    """
    yield SCHEMA, with_settings(SCHEMA.read_text())
    for file in MANIFEST_FILES:
        yield MANIFESTS / file.name, manifest(helm, file)


def main(arguments: list[str]) -> int:
    """Exit code 1 if a file is not what it should be, 2 for a wrong call or a missing tool."""
    if arguments not in (["check"], ["write"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        helm = find_helm(print)
        differing = []
        for path, text in generated(helm):
            if arguments == ["write"]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            elif not path.is_file() or path.read_text() != text:
                differing.append(path)
    except HelmMissing as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ChartRefused as error:
        print(error, file=sys.stderr)
        return 1
    for path in differing:
        print(f"{path.relative_to(ROOT)}: differs from the chart; run `make chart`", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
