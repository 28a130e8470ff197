"""`python -m scripts.settings_page check|write`: the table of settings in docs/exporter.md."""

from __future__ import annotations

import sys
from pathlib import Path

from exporter.settings_option import options

PAGE = Path(__file__).resolve().parent.parent / "docs" / "exporter.md"

HEADER = "| Flag | Variable | What it is | Allowed | Default |\n|---|---|---|---|---|\n"


def table() -> str:
    """All settings in Markdown."""
    return HEADER + "".join(
        f"| `{option.flag}` | `{option.variable}` | {option.about} | {option.allowed} "
        f"| {option.shown_default} |\n"
        for option in options()
    )


def with_table(page: str) -> str:
    """`page` with the table as it should be.

    Raises:
        ValueError: it has no such table.
    """
    start = page.index("| Flag |")
    end = page.index("\n\n", start) + 1
    return page[:start] + table() + page[end:]


def main(arguments: list[str]) -> int:
    """Check or write the table. Exit code 1 if it is not in order, 2 for a wrong call."""
    if arguments == ["write"]:
        PAGE.write_text(with_table(PAGE.read_text()))
        return 0
    if arguments == ["check"]:
        if with_table(PAGE.read_text()) == PAGE.read_text():
            return 0
        print(f"{PAGE.name}: the table differs; run `python -m scripts.settings_page write`", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
