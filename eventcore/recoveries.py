"""How problems end, as data: by a reason that says so of the same object, or by nothing more being heard of
it.

What is not here is a moment: told once, and never resolved, as Evicted, OOMKilling or BackoffLimitExceeded.
Reasons are those of Kubernetes' sources and of node-problem-detector's configuration. That a container is
Started ends nothing: inside a crash loop it is, again and again.
"""

from __future__ import annotations

from msgspec import Struct

QUIET = 600.0
"""Seconds of silence after which a problem that is repeated is over: two of the 5 minutes at which client-go
lets a reporter repeat itself about an object, after 25 times (tools/record/events_cache.go: defaultSpamBurst,
defaultSpamQPS), and of the 5 minutes at which kubelet starts a container that crashes
(MaxContainerBackOff)."""

SERIES = 3600.0
"""The same for reporters of events.k8s.io/v1, whose series is written again every 30 minutes only
(client-go tools/events/event_broadcaster.go: refreshTime)."""


class RecoveryRow(Struct, frozen=True, kw_only=True):
    """How the problems of some reasons end."""

    problems: tuple[str, ...]
    recovered_by: tuple[str, ...] = ()
    kind: str = ""
    """Of the involved object; "" is every kind."""
    quiet: float | None = None
    """Seconds without news after which it is over; None: only by a recovery."""
    source: str = ""
    """Where in whose sources the reasons are."""


def _row(
    source: str, problems: str, *, by: str = "", kind: str = "", quiet: float | None = None
) -> RecoveryRow:
    """Reasons are separated by blanks."""
    return RecoveryRow(
        problems=tuple(problems.split()),
        recovered_by=tuple(by.split()),
        kind=kind,
        quiet=quiet,
        source=source,
    )


_KUBELET = "kubernetes/pkg/kubelet/events/event.go"
_NODE_STATUS = "kubernetes/pkg/kubelet/nodestatus/setters.go"
_LIFECYCLE = "kubernetes/pkg/controller/nodelifecycle"
_CONTROLLER_UTILS = "kubernetes/pkg/controller/controller_utils.go"
_STATEFUL_SET = "kubernetes/pkg/controller/statefulset/stateful_pod_control.go"
_VOLUMES = "kubernetes/pkg/controller/volume/events/event.go"
_RESIZER = "kubernetes-csi/external-resizer/pkg/util"
_HORIZONTAL = "kubernetes/pkg/controller/podautoscaler/horizontal.go"
_SERVICE = "kubernetes/cloud-provider/controllers/service/controller.go"
_AWS_LOAD_BALANCER = "kubernetes-sigs/aws-load-balancer-controller/pkg/k8s/events.go"
_NODE_PROBLEMS = "kubernetes/node-problem-detector/config"

RECOVERY_TABLE: tuple[RecoveryRow, ...] = (
    # Of a Pod, NodeNotReady is said once, by the node controller, and nobody takes it back.
    _row(f"{_KUBELET}, {_LIFECYCLE}", "NodeNotReady", by="NodeReady", kind="Node"),
    _row(_KUBELET, "NodeNotSchedulable", by="NodeSchedulable", kind="Node"),
    _row(_NODE_STATUS, "NodeHasInsufficientMemory", by="NodeHasSufficientMemory", kind="Node"),
    _row(_NODE_STATUS, "NodeHasDiskPressure", by="NodeHasNoDiskPressure", kind="Node"),
    _row(_NODE_STATUS, "NodeHasInsufficientPID", by="NodeHasSufficientPID", kind="Node"),
    _row(_KUBELET, "BackOff Unhealthy ProbeWarning", quiet=QUIET),
    _row(_KUBELET, "Failed", kind="Pod", quiet=QUIET),
    _row(
        _KUBELET,
        "InspectFailed ErrImageNeverPull FailedCreatePodSandBox FailedPodSandBoxStatus "
        "FailedCreatePodContainer FailedKillPod FailedSync FailedPostStartHook NetworkNotReady "
        "ContainerGCFailed ImageGCFailed FreeDiskSpaceFailed FailedNodeAllocatableEnforcement",
        quiet=QUIET,
    ),
    # Of a volume that is mounted, kubelet says nothing unless it is a block device; it tries again in 2 min.
    _row(_KUBELET, "FailedMount FailedMapVolume", by="SuccessfulMountVolume", kind="Pod", quiet=QUIET),
    # No quiet: that a volume is attached to another node still is said only once.
    _row(_KUBELET, "FailedAttachVolume", by="SuccessfulAttachVolume", kind="Pod"),
    _row(
        f"{_KUBELET}, {_RESIZER}",
        "VolumeResizeFailed",
        by="VolumeResizeSuccessful FileSystemResizeSuccessful",
    ),
    _row(f"{_KUBELET}, {_RESIZER}", "FileSystemResizeFailed", by="FileSystemResizeSuccessful"),
    _row("kubernetes/pkg/scheduler/schedule_one.go", "FailedScheduling", by="Scheduled", quiet=SERIES),
    _row(
        "kubernetes/autoscaler/cluster-autoscaler",
        "NotTriggerScaleUp",
        by="TriggeredScaleUp Scheduled",
        kind="Pod",
        quiet=QUIET,
    ),
    _row(_VOLUMES, "ProvisioningFailed", by="ProvisioningSucceeded", quiet=SERIES),
    _row(_VOLUMES, "FailedBinding", quiet=QUIET),
    # No quiet: controllers back off for up to 16 minutes and a job's next try may be a day away.
    _row(_CONTROLLER_UTILS, "FailedCreate", by="SuccessfulCreate"),
    _row(_CONTROLLER_UTILS, "FailedDelete", by="SuccessfulDelete"),
    _row(_STATEFUL_SET, "FailedUpdate", by="SuccessfulUpdate", kind="StatefulSet"),
    _row(
        _HORIZONTAL,
        "FailedGetScale FailedComputeMetricsReplicas FailedGetResourceMetric "
        "FailedGetContainerResourceMetric FailedGetPodsMetric FailedGetObjectMetric FailedGetExternalMetric "
        "FailedRescale",
        by="SuccessfulRescale",
        kind="HorizontalPodAutoscaler",
        quiet=QUIET,
    ),
    _row(
        _SERVICE,
        "SyncLoadBalancerFailed UpdateLoadBalancerFailed UnAvailableLoadBalancer",
        by="EnsuredLoadBalancer UpdatedLoadBalancer",
        kind="Service",
    ),
    _row(_SERVICE, "DeleteLoadBalancerFailed", by="DeletedLoadBalancer", kind="Service"),
    _row(
        _AWS_LOAD_BALANCER,
        "FailedBuildModel FailedDeployModel FailedAddFinalizer",
        by="SuccessfullyReconciled",
    ),
    _row(
        "kubernetes/pkg/controller/endpoint, kubernetes/pkg/controller/endpointslice",
        "FailedToUpdateEndpoint FailedToUpdateEndpointSlices",
        quiet=QUIET,
    ),
    _row(
        f"{_NODE_PROBLEMS}/health-checker-kubelet.json",
        "KubeletUnhealthy",
        by="KubeletIsHealthy",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/health-checker-containerd.json, health-checker-docker.json",
        "ContainerdUnhealthy DockerUnhealthy",
        by="ContainerRuntimeIsHealthy",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/windows-health-checker-kubeproxy.json",
        "KubeProxyUnhealthy",
        by="KubeProxyIsHealthy",
        kind="Node",
    ),
    _row(f"{_NODE_PROBLEMS}/kernel-monitor.json", "DockerHung", by="KernelHasNoDeadlock", kind="Node"),
    _row(f"{_NODE_PROBLEMS}/kernel-monitor.json", "XfsHasShutdown", by="XfsHasNotShutDown", kind="Node"),
    _row(
        f"{_NODE_PROBLEMS}/kernel-monitor.json",
        "CperHardwareErrorFatal",
        by="CperHardwareHasNoFatalError",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/kernel-monitor-counter.json",
        "UnregisterNetDevice",
        by="NoFrequentUnregisterNetDevice",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/readonly-monitor.json",
        "FilesystemIsReadOnly",
        by="FilesystemIsNotReadOnly",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/docker-monitor.json",
        "CorruptDockerOverlay2",
        by="NoCorruptDockerOverlay2",
        kind="Node",
    ),
    _row(f"{_NODE_PROBLEMS}/custom-plugin-monitor.json", "NTPIsDown", by="NTPIsUp", kind="Node"),
    _row(
        f"{_NODE_PROBLEMS}/systemd-monitor-counter.json",
        "FrequentKubeletRestart",
        by="NoFrequentKubeletRestart",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/systemd-monitor-counter.json",
        "FrequentDockerRestart",
        by="NoFrequentDockerRestart",
        kind="Node",
    ),
    _row(
        f"{_NODE_PROBLEMS}/systemd-monitor-counter.json",
        "FrequentContainerdRestart",
        by="NoFrequentContainerdRestart",
        kind="Node",
    ),
)
"""All rows. One for the kind of the object goes before one for every kind."""
