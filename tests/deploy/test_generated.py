"""What is made of the chart is what the chart makes."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest
import yaml

from exporter.settings_source import options, read_settings
from scripts.chart.__main__ import generated
from scripts.chart.layout import CHART, MANIFESTS
from scripts.chart.manifests import MANIFEST_FILES, Manifest
from scripts.chart.schema import DECIDED_BY_THE_CHART, WITHOUT_MEANING_IN_A_POD, settings_schema
from tests.deploy.rendered import Rendered


def test_schema_and_manifests_are_up_to_date(helm: Path) -> None:
    # `make chart` writes them.
    expected = dict(generated(helm))
    assert {path: path.read_text() for path in expected} == expected
    assert {path for path in expected if path.parent == MANIFESTS} == set(MANIFESTS.iterdir())


def test_every_setting_can_be_said_in_the_chart_or_is_decided_there() -> None:
    said = set(settings_schema()["properties"])
    assert said | DECIDED_BY_THE_CHART | WITHOUT_MEANING_IN_A_POD == {option.field for option in options()}


@pytest.mark.parametrize("file", MANIFEST_FILES, ids=lambda file: file.name)
def test_a_manifest_can_be_applied_in_the_order_it_has(file: Manifest, tmp_path: Path) -> None:
    rendered = Rendered((MANIFESTS / file.name).read_text())
    # The namespace is there before what lies in it, and is where everything lies.
    assert rendered.objects[0]["kind"] == "Namespace"
    places = {item["metadata"].get("namespace") for item in rendered.objects} - {None}
    assert places == {rendered.objects[0]["metadata"]["name"]}
    # A comment behind a setting does not become part of it.
    config = tmp_path / "config.yaml"
    config.write_text(rendered.config)
    settings = read_settings(Namespace(config=str(config)), {})
    assert settings.cluster == "prod-eu"
    assert "Helm" not in rendered.text


@pytest.mark.parametrize("file", MANIFEST_FILES, ids=lambda file: file.name)
def test_a_manifest_marks_what_everybody_has_to_change(file: Manifest) -> None:
    text = (MANIFESTS / file.name).read_text()
    values = yaml.safe_load((CHART / "ci" / f"{file.combination}.yaml").read_text())
    own = [*values["settings"].values(), values["image"]["repository"]]
    own += values.get("serviceAccount", {}).values()
    own.remove(values["settings"]["sink"])  # which manifest it is
    marked = [line for line in text.splitlines() if line.endswith("# yours")]
    assert len(marked) == len(own)
    assert all(any(str(value) in line for line in marked) for value in own)
