"""The chart over every combination of values that the docs have."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml

from exporter.settings_source import options
from exporter.version import VERSION
from scripts.chart.layout import CHART, COMBINATIONS, ROOT
from scripts.chart.rendering import lint
from tests.deploy.conftest import Install
from tests.deploy.rendered import Rendered, settings_of

CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding"}

each_combination = pytest.mark.parametrize("combination", COMBINATIONS)


@each_combination
def test_helm_finds_nothing_to_say_against_it(combination: str, helm: Path) -> None:
    assert "0 chart(s) failed" in lint(helm, COMBINATIONS[combination])


def test_helm_finds_nothing_to_say_against_the_defaults(helm: Path) -> None:
    assert "0 chart(s) failed" in lint(helm)


@each_combination
def test_the_exporter_takes_its_settings_as_they_were_meant(
    combination: str, install: Install, tmp_path: Path
) -> None:
    given = yaml.safe_load(COMBINATIONS[combination].read_text())["settings"]
    settings = settings_of(install(combination), tmp_path)
    for field, value in given.items():
        found = getattr(settings, field)
        assert (list(found) if isinstance(found, tuple) else found) == value


@each_combination
def test_no_two_objects_have_one_name_and_all_have_a_place(combination: str, install: Install) -> None:
    objects = install(combination).objects
    for item in objects:
        assert ("namespace" in item["metadata"]) == (item["kind"] not in CLUSTER_SCOPED)
    names = [(o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]) for o in objects]
    assert len(set(names)) == len(names)


@each_combination
def test_what_refers_to_something_finds_it(combination: str, install: Install, tmp_path: Path) -> None:
    rendered = install(combination)
    settings = settings_of(rendered, tmp_path)
    spec, labels = rendered.pod["spec"], rendered.pod["metadata"]["labels"].items()
    assert rendered.one("ServiceAccount")["metadata"]["name"] == spec["serviceAccountName"]
    assert rendered.one("ConfigMap")["metadata"]["name"] == spec["volumes"][0]["configMap"]["name"]
    assert [mount["name"] for mount in rendered.container["volumeMounts"]] == [spec["volumes"][0]["name"]]
    # Selectors of Pods
    selectors = [rendered.one("Deployment")["spec"]["selector"]["matchLabels"]]
    selectors += [item["spec"]["selector"]["matchLabels"] for item in rendered.all("PodDisruptionBudget")]
    selectors += [item["spec"]["podSelector"]["matchLabels"] for item in rendered.all("NetworkPolicy")]
    selectors += [item["spec"]["selector"] for item in rendered.all("Service")]
    selectors += [s["labelSelector"]["matchLabels"] for s in spec["topologySpreadConstraints"]]
    assert all(selector and selector.items() <= labels for selector in selectors)
    # Ports
    (port,) = rendered.container["ports"]
    assert settings.listen
    assert settings.listen.endswith(f":{port['containerPort']}")
    probes = [
        rendered.container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")
    ]
    assert probes == [{"path": path, "port": port["name"]} for path in ("/livez", "/livez", "/readyz")]
    for service in rendered.all("Service"):
        assert service["spec"]["ports"][0]["targetPort"] == port["name"]
    for policy in rendered.all("NetworkPolicy"):
        assert policy["spec"]["ingress"][0]["ports"] == [{"port": port["name"], "protocol": "TCP"}]
    # The monitor selects Services
    for monitor in rendered.all("ServiceMonitor"):
        service = rendered.one("Service")
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        assert wanted <= service["metadata"]["labels"].items()
        assert monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    # The Lease
    for lease in rendered.all("Lease"):
        place = (lease["metadata"]["namespace"], lease["metadata"]["name"])
        assert place == (settings.lease_namespace, settings.lease_name)
    assert len(rendered.all("Lease")) == settings.leader_election


@each_combination
def test_a_pod_can_do_nothing_on_its_node(combination: str, install: Install) -> None:
    rendered = install(combination)
    spec = rendered.pod["spec"]
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert rendered.container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec)
    assert set(spec["volumes"][0]) == {"name", "configMap"}
    assert "memory" in rendered.container["resources"]["limits"]
    # The token is for this Pod, not for whatever else runs as this account.
    assert spec["automountServiceAccountToken"] is True
    assert rendered.one("ServiceAccount")["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False


@each_combination
def test_a_replica_has_time_to_finish(combination: str, install: Install, tmp_path: Path) -> None:
    rendered = install(combination)
    grace = settings_of(rendered, tmp_path).grace_period
    assert rendered.pod["spec"]["terminationGracePeriodSeconds"] >= grace + 15


@each_combination
def test_replicas_are_spread_and_drained_one_by_one(combination: str, install: Install) -> None:
    rendered = install(combination)
    spread = rendered.pod["spec"]["topologySpreadConstraints"]
    assert [rule["topologyKey"] for rule in spread] == [
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    ]
    several = rendered.one("Deployment")["spec"]["replicas"] > 1
    budgets = rendered.all("PodDisruptionBudget")
    assert [budget["spec"]["maxUnavailable"] for budget in budgets] == ([1] if several else [])


def test_an_upgrade_leaves_the_lease_as_it_is(install: Install) -> None:
    # helm and kubectl merge three ways: what neither the old nor the new chart says stays as it is in the
    # cluster. So neither holder nor checkpoint may stand here.
    lease = install().one("Lease")
    assert set(lease) == {"apiVersion", "kind", "metadata"}
    assert set(lease["metadata"]) == {"name", "namespace", "labels"}


def test_other_settings_are_other_pods_and_nothing_else_is(install: Install) -> None:
    def checksum(**values: object) -> str:
        return str(install(values=values).pod["metadata"]["annotations"]["checksum/config"])

    assert checksum(settings={"flush_interval": 1}) != checksum()
    assert checksum(http={"port": 9000}) != checksum()
    assert checksum(resources={"requests": {"cpu": "1"}}) == checksum()


@pytest.mark.parametrize("field", ["pod_status", "enrich", "leader_election", "grace_period"])
def test_a_default_that_the_chart_relies_on_is_the_exporters(field: str, install: Install) -> None:
    # GIVEN a setting that templates look at
    default = {option.field: option.default for option in options()}[field]
    # WHEN it is said as it is by default
    said, unsaid = install(values={"settings": {field: default}}), install()
    # THEN nothing is different but the file that says it
    kinds = {item["kind"] for item in unsaid.objects} - {"ConfigMap", "Deployment"}
    assert [said.all(kind) for kind in sorted(kinds)] == [unsaid.all(kind) for kind in sorted(kinds)]
    assert len(said.objects) == len(unsaid.objects)
    periods = [one.pod["spec"]["terminationGracePeriodSeconds"] for one in (said, unsaid)]
    assert periods[0] == periods[1]


@pytest.mark.parametrize("name", ["0123", "1e3", "0x1F", "on", "NULL", "1_0", "2026-01-01", "12.5", "y"])
def test_a_cluster_is_called_what_it_is_called(name: str, install: Install, tmp_path: Path) -> None:
    # YAML has opinions about texts that look like something else.
    rendered = install(values={"settings": {"cluster": name}})
    assert settings_of(rendered, tmp_path).cluster == name


@pytest.mark.parametrize("account", ["123456789012", "012345670123", "000000000000"])
def test_an_account_keeps_all_its_digits(account: str, install: Install, tmp_path: Path) -> None:
    rendered = install(values={"settings": {"cluster_account": account, "cluster_region": "us-gov-west-1"}})
    settings = settings_of(rendered, tmp_path)
    assert (settings.cluster_account, settings.cluster_region) == (account, "us-gov-west-1")


def test_numbers_stay_whole(install: Install, tmp_path: Path) -> None:
    rendered = install(values={"settings": {"buffer_bytes": 1_073_741_824, "grace_period": 0}})
    assert settings_of(rendered, tmp_path).buffer_bytes == 1_073_741_824
    assert rendered.pod["spec"]["terminationGracePeriodSeconds"] == 15


def test_irsa_is_an_annotation_and_pod_identity_is_none(install: Install) -> None:
    irsa = install("kinesis-irsa").one("ServiceAccount")["metadata"]
    assert irsa["annotations"] == {
        "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/kube-events-exporter"
    }
    assert "annotations" not in install().one("ServiceAccount")["metadata"]


def test_what_a_pod_may_talk_to(install: Install) -> None:
    def ways(rendered: Rendered) -> list[tuple[list[int], list[str]]]:
        return [
            ([port["port"] for port in rule["ports"]], [p["ipBlock"]["cidr"] for p in rule.get("to", ())])
            for rule in rendered.one("NetworkPolicy")["spec"]["egress"]
        ]

    # Names; the API server and AWS; the Pod Identity agent, over IPv4 and IPv6.
    names, calls = ([53, 53], []), ([443, 6443], [])
    assert ways(install()) == [names, calls, ([80], ["169.254.170.23/32", "fd00:ec2::23/128"])]
    # With IRSA, STS is asked instead, which is AWS.
    assert ways(install("kinesis-irsa")) == [names, calls]


def test_versions_are_one() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (chart["version"], chart["appVersion"], project["version"]) == (VERSION, VERSION, VERSION)


def test_values_and_schema_have_the_same_keys() -> None:
    def keys(schema: dict[str, object]) -> object:
        properties = schema.get("properties")
        return (
            {name: keys(part) for name, part in properties.items()} if isinstance(properties, dict) else None
        )

    def said(values: object, beside: object) -> object:
        if isinstance(values, dict) and isinstance(beside, dict):
            return {name: said(value, beside.get(name)) for name, value in values.items()}
        return None

    schema = json.loads((CHART / "values.schema.json").read_text())
    documented = keys(schema)
    assert isinstance(documented, dict)
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    # Given free: settings stand in a table of their own, resources and affinity are Kubernetes' own types.
    for free in ("settings", "affinity", "resources"):
        documented[free] = values[free] = None
    documented.pop("global")
    assert said(values, documented) == documented
