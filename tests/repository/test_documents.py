"""What README and docs say exists, exists."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from eventcore.rules import parse_rules

ROOT = Path(__file__).resolve().parents[2]
BUILT = {".venv", "build", "dist"}
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for path in ROOT.rglob("*.md")
    if not any(part in BUILT or part.startswith(".") for part in path.relative_to(ROOT).parts)
)


def text_of(document: Path) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", text_of(Path("Makefile")), flags=re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_relative_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", text_of(document))
    targets = [urlsplit(link).path for link in links if not urlsplit(link).scheme]
    missing = [target for target in targets if target and not (ROOT / document.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_make_targets_that_are_named_exist(document: Path) -> None:
    calls = re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z][a-z -]*)", text_of(document))
    named = {target for call in calls for target in call.split()}
    assert named <= make_targets()


def test_every_target_has_a_line_of_help() -> None:
    documented = set(re.findall(r"^([a-z-]+):.*## \S", text_of(Path("Makefile")), flags=re.MULTILINE))
    assert documented == make_targets()


def test_ci_calls_make_and_nothing_else() -> None:
    lines = text_of(Path(".ci/run")).splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands
    assert all(command.startswith("make ") for command in commands)


def test_the_rules_that_the_readme_shows_are_rules() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", text_of(Path("README.md")), flags=re.DOTALL)
    parse_rules(yaml.safe_load(example), receivers={"ops-mail"})


def test_the_readme_names_every_folder_of_the_flow() -> None:
    readme = text_of(Path("README.md"))
    for folder in (
        "exporter/",
        "lambdas/filter_events",
        "lambdas/index_events",
        "lambdas/notify",
        "infra/",
        "opensearch/",
        "rules/",
    ):
        assert folder in readme
        assert (ROOT / folder).is_dir()
