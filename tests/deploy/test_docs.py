"""docs/kubernetes.md: what it links and what it shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from scripts.chart.layout import COMBINATIONS, MANIFESTS, ROOT
from scripts.deploy_values import OUTPUTS
from scripts.smoke.signs import SIGNS
from scripts.smoke.workloads import IMAGE
from tests.deploy.conftest import Install

PAGE = (ROOT / "docs" / "kubernetes.md").read_text()

SHOWN: list[dict[str, Any]] = [
    yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
]


def test_every_combination_and_every_manifest_is_linked() -> None:
    combinations = re.findall(r"\(\.\./deploy/charts/kube-events-exporter/ci/([\w-]+)\.yaml\)", PAGE)
    assert set(combinations) == set(COMBINATIONS)
    manifests = re.findall(r"\(\.\./deploy/manifests/([\w-]+\.yaml)\)", PAGE)
    assert set(manifests) == {path.name for path in MANIFESTS.iterdir()}


@pytest.mark.parametrize("values", SHOWN, ids="-".join)
def test_values_that_are_shown_are_values(values: dict[str, Any], install: Install) -> None:
    rendered = install(values=values)
    assert rendered.settings.items() >= values.get("settings", {}).items()


def test_names_on_the_page_are_those_of_the_code() -> None:
    for name in ("exporter_image_repository", IMAGE, *(sign.reason for sign in SIGNS)):
        assert name in PAGE
    outputs = (ROOT / "infra" / "outputs.tf").read_text()
    assert all(f'output "{name}"' in outputs for name in OUTPUTS)
