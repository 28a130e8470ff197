"""`python -m scripts.deploy_values DIR`: values of the exporter's chart for each cluster, from Terraform.

Reads the outputs exporter_values and exporter_namespace of the configuration that was applied in DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from scripts.chart.layout import CHART, RELEASE, ROOT

OUTPUTS = ("exporter_values", "exporter_namespace")

Values = dict[str, dict[str, str]]
"""By part of the chart's values, such as settings."""


class ValuesMissing(Exception):
    """Terraform has not what the chart needs; one line says what to do."""


def read_outputs(directory: Path) -> tuple[dict[str, Values], str]:
    """By cluster its values, and the namespace to install in.

    Raises:
        ValuesMissing: nothing was applied there, or it has not these outputs.
    """
    answer = subprocess.run(
        ["terraform", f"-chdir={directory}", "output", "-json", "-no-color"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CHECKPOINT_DISABLE": "1"},
    )
    if answer.returncode:
        raise ValuesMissing(f"terraform output in {directory}: {' '.join(answer.stderr.split())}")
    outputs = json.loads(answer.stdout)
    if missing := [name for name in OUTPUTS if name not in outputs]:
        raise ValuesMissing(
            f"{directory} has no output {' and '.join(missing)}: apply it first, and hand on those of the "
            "module as infra/examples/minimal/outputs.tf does"
        )
    values, namespace = (outputs[name]["value"] for name in OUTPUTS)
    if not values:
        raise ValuesMissing('no cluster is named: say clusters = ["…"] in the module, and apply')
    return values, namespace


def complete(values: dict[str, Values], image: str) -> dict[str, Values]:
    """The values with the image: `image` may have a tag and a digest, Terraform knows only a repository.

    Raises:
        ValuesMissing: nobody knows it.
    """
    if image:
        return {cluster: {**said, "image": _image(image)} for cluster, said in values.items()}
    if not all("image" in said for said in values.values()):
        raise ValuesMissing(
            "nobody says where the image is: say IMAGE=…, or image_repository = {} in the module, and apply"
        )
    return values


def _image(name: str) -> dict[str, str]:
    """As the chart calls its parts. A colon before a slash belongs to the registry's port."""
    name, _, digest = name.partition("@")
    path, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    parts = {"repository": f"{path}{slash}{last}", "tag": tag, "digest": digest}
    return {part: said for part, said in parts.items() if said}


def write(values: dict[str, Values], directory: Path, into: Path) -> dict[str, Path]:
    """A file for each cluster; answers them by cluster."""
    into.mkdir(parents=True, exist_ok=True)
    files = {}
    for cluster, said in sorted(values.items()):
        files[cluster] = into / f"{cluster}.yaml"
        files[cluster].write_text(
            f"# Of {cluster}, by make deploy-values from Terraform in {directory}.\n{_yaml(said)}"
        )
    return files


def _yaml(values: Values) -> str:
    """All texts in quotes, because a cluster may be called 1e3."""
    return "".join(
        f"{part}:\n" + "".join(f"  {key}: {json.dumps(value)}\n" for key, value in sorted(said.items()))
        for part, said in sorted(values.items())
    )


def main() -> int:
    """Exit code 0 if the files are written, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m scripts.deploy_values")
    parser.add_argument("directory", type=Path, help="where Terraform was applied")
    parser.add_argument("--image", default="", help="the image, if not the version of Terraform's repository")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "values", help="folder of the files")
    arguments = parser.parse_args()
    try:
        values, namespace = read_outputs(arguments.directory)
        files = write(complete(values, arguments.image), arguments.directory, arguments.into)
    except ValuesMissing as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for cluster, file in files.items():
        print(f"{cluster}, with the context of that cluster:")
        print(
            f"  helm upgrade --install {RELEASE} {_short(CHART)} \\\n"
            f"    --namespace {namespace} --create-namespace --values {_short(file)}"
        )
    return 0


def _short(path: Path) -> Path:
    """As it is called from here, where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
