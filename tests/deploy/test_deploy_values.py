"""What Terraform says is what the chart needs: nothing else, and nothing less."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws import AwsStandIn
from sandbox.terraform import TerraformProject
from scripts.chart.layout import NAMESPACE, ROOT
from scripts.chart.rendering import lint, render
from scripts.deploy_values import ValuesMissing, complete, write
from tests.deploy.conftest import program
from tests.deploy.rendered import Rendered

IRSA = {
    "identity": "irsa",
    "oidc_provider_arn": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC",
}

OUTPUTS: dict[str, dict[str, Any]] = {
    "exporter_namespace": {"value": "monitoring"},
    "exporter_values": {
        "value": {
            "prod-eu": {
                "serviceAccount": {"name": "events"},
                "settings": {
                    "cluster": "prod-eu",
                    "cluster_account": "012345678901",
                    "cluster_region": "eu-west-1",
                    "event_bus": "arn:aws:events:eu-central-1:123456789012:event-bus/kube-events",
                    "region": "eu-central-1",
                    "sink": "eventbridge",
                },
            }
        }
    },
}
"""As infra/ has them of a bus, a repository of somebody else's and a cluster elsewhere."""


@pytest.mark.terraform
def test_a_file_from_terraforms_outputs_is_all_that_helm_needs(tmp_path: Path, helm: Path) -> None:
    # GIVEN the parts of infra/ that the chart is about, applied
    variables = {
        "artifacts": {"bucket": "releases"},
        "rules_file": "tests/fixtures/rules/good.yaml",
        "receivers": {"ops-mail": {"type": "sns", "topic_arn": "arn:aws:sns:eu-central-1:123456789012:ops"}}
        | {"sre-dingtalk": {"type": "dingtalk"}},
        "clusters": ["prod-eu", "1e3"],
        "exporter": IRSA,
        "image_repository": {},
        "kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    }
    targets = [f"-target=module.{part}" for part in ("stream", "exporter_identity", "image_repository")]
    with AwsStandIn() as aws:
        project = TerraformProject(ROOT / "infra", tmp_path, {**aws.environ, "TMPDIR": str(tmp_path)})
        project.init()
        (project.directory / "test.auto.tfvars.json").write_text(json.dumps(variables))
        applied = project.run("apply", "-auto-approve", "-no-color", *targets)
        assert applied.returncode == 0, applied.stdout
        outputs = project.outputs()
    # WHEN
    files = write(complete(outputs["exporter_values"], image=""), Path("infra"), tmp_path / "values")
    # THEN each file alone is enough, and each of its keys is one of the chart's
    assert set(files) == {"prod-eu", "1e3"}
    for cluster, file in files.items():
        lint(helm, file)
        rendered = Rendered(render(helm, file))
        assert rendered.settings["cluster"] == cluster
        assert rendered.settings["stream"] == "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
        assert rendered.container["image"].startswith(outputs["exporter_image_repository"])
        assert rendered.one("ServiceAccount")["metadata"]["annotations"] == {
            "eks.amazonaws.com/role-arn": outputs["exporter_role_arn"]
        }


def call(tools: Path, outputs: object, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m scripts.deploy_values …` with a terraform that has these outputs."""
    (tools / "outputs.json").write_text(json.dumps(outputs) + "\n")
    program(tools / "terraform", 'while read -r line; do echo "$line"; done < "${0%/*}/outputs.json"')
    return subprocess.run(
        [sys.executable, "-m", "scripts.deploy_values", "infra", f"--into={tools}", *arguments],
        env={**os.environ, "PATH": str(tools)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_how_to_install_with_the_file(tools: Path, helm: Path) -> None:
    answer = call(tools, OUTPUTS, "--image=registry.example.com/kube-events-exporter")
    assert answer.returncode == 0, answer.stderr
    assert "--namespace monitoring --create-namespace" in answer.stdout
    assert f"--values {tools}/prod-eu.yaml" in answer.stdout
    rendered = Rendered(render(helm, tools / "prod-eu.yaml"))
    assert rendered.settings["event_bus"].endswith(":event-bus/kube-events")
    assert rendered.settings["cluster_account"] == "012345678901"
    assert rendered.pod["spec"]["serviceAccountName"] == "events"
    assert rendered.container["image"].startswith("registry.example.com/kube-events-exporter:")


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({}, "infra has no output exporter_values and exporter_namespace: apply it first"),
        ({**OUTPUTS, "exporter_values": {"value": {}}}, "no cluster is named: say clusters ="),
        (OUTPUTS, "nobody says where the image is: say IMAGE=…"),
    ],
)
def test_what_is_missing_is_said_in_a_line(outputs: object, said: str, tools: Path) -> None:
    answer = call(tools, outputs)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"error: {said}")
    assert len(answer.stderr.splitlines()) == 1


def test_an_image_of_ones_own_wins_over_terraforms() -> None:
    said = {"prod-eu": {"image": {"repository": "made-by-terraform"}, "settings": {"cluster": "prod-eu"}}}
    assert complete(said, image="mine")["prod-eu"]["image"] == {"repository": "mine"}
    assert complete(said, image="") == said
    with pytest.raises(ValuesMissing):
        complete({"prod-eu": {"settings": {}}}, image="")


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("r.example.com:5000/x/exporter", {"repository": "r.example.com:5000/x/exporter"}),
        (
            "r.example.com:5000/exporter:0.1.0-1",
            {"repository": "r.example.com:5000/exporter", "tag": "0.1.0-1"},
        ),
        ("exporter@sha256:ab", {"repository": "exporter", "digest": "sha256:ab"}),
        ("r/exporter:1@sha256:ab", {"repository": "r/exporter", "tag": "1", "digest": "sha256:ab"}),
    ],
)
def test_a_tag_or_digest_of_the_image_goes_where_the_chart_wants_it(
    image: str, parts: dict[str, str]
) -> None:
    assert complete({"prod-eu": {}}, image)["prod-eu"]["image"] == parts


def test_docs_and_infra_mean_the_same_namespace() -> None:
    assert (
        f'namespace         = optional(string, "{NAMESPACE}")'
        in (ROOT / "infra" / "variables.tf").read_text()
    )
