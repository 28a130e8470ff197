"""What helm rendered, to be asked questions."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from exporter.settings import Settings
from exporter.settings_source import read_settings

Object = dict[str, Any]


class Rendered:
    """The objects of a release."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.objects: list[Object] = [document for document in yaml.safe_load_all(text) if document]

    def all(self, kind: str) -> list[Object]:
        """Those of a kind."""
        return [item for item in self.objects if item["kind"] == kind]

    def one(self, kind: str) -> Object:
        """The only one of its kind."""
        (found,) = self.all(kind)
        return found

    @property
    def pod(self) -> Object:
        """The Deployment's template."""
        template: Object = self.one("Deployment")["spec"]["template"]
        return template

    @property
    def container(self) -> Object:
        """The only container."""
        (found,) = self.pod["spec"]["containers"]
        return dict(found)

    @property
    def config(self) -> str:
        """The exporter's file of settings."""
        return str(self.one("ConfigMap")["data"]["config.yaml"])

    @property
    def settings(self) -> dict[str, Any]:
        """What the file says."""
        settings: dict[str, Any] = yaml.safe_load(self.config)
        return settings

    def rights(self) -> set[tuple[str, str, str, str, str]]:
        """All that the service account may do: (namespace or *, group, resource, name or *, verb)."""
        account = self.pod["spec"]["serviceAccountName"]
        return {
            (namespace, group, resource, name, verb)
            for namespace, rule in self._rules_of(account)
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for name in rule.get("resourceNames", ["*"])
            for verb in rule["verbs"]
        }

    def _rules_of(self, account: str) -> Iterator[tuple[str, Object]]:
        for binding in (*self.all("RoleBinding"), *self.all("ClusterRoleBinding")):
            (subject,) = binding["subjects"]
            assert subject == {"kind": "ServiceAccount", "name": account, "namespace": "kube-events"}
            namespace = binding["metadata"].get("namespace")
            (role,) = [
                item
                for item in self.all(binding["roleRef"]["kind"])
                if item["metadata"]["name"] == binding["roleRef"]["name"]
                and item["metadata"].get("namespace") == namespace
            ]
            for rule in role["rules"]:
                assert set(rule) <= {"apiGroups", "resources", "resourceNames", "verbs"}
                yield namespace or "*", rule


def settings_of(rendered: Rendered, folder: Path) -> Settings:
    """What the exporter reads in the container."""
    file = folder / "config.yaml"
    file.write_text(rendered.config)
    environment = {entry["name"]: entry.get("value", "") for entry in rendered.container["env"]}
    (mount,) = rendered.container["volumeMounts"]
    assert environment["KUBE_EVENTS_CONFIG"] == f"{mount['mountPath']}/config.yaml"
    return read_settings(Namespace(), {**environment, "KUBE_EVENTS_CONFIG": str(file)})
