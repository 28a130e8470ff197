"""The built-in severities as data: what a reason means for whoever is on call.

critical: somebody is woken. high: a chat now. medium: a digest. low: stored and told to nobody.
Reasons are the constants of kubelet (pkg/kubelet/events), kube-controller-manager, scheduler, autoscalers,
CSI and load-balancer controllers, and node-problem-detector; and of the exporter's own synthetic events.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from eventcore.event import Severity


class SeverityRow(Struct, frozen=True, kw_only=True):
    """It fits an event of its reason that meets each of its conditions; of several rows the first decides.

    Phrases of a message are plain text, looked for as they stand: nothing here can back-track.
    """

    reason: str
    severity: Severity
    components: tuple[str, ...] = ()
    message_starts: tuple[str, ...] = ()
    """Leaving aside client-go's "(combined from similar events): "."""
    message_contains: tuple[str, ...] = ()
    area: str = ""
    """Who writes it: the heading in the documentation."""


def _area(
    area: str, *conditional: SeverityRow, critical: str = "", high: str = "", medium: str = "", low: str = ""
) -> tuple[SeverityRow, ...]:
    """The rows of one area: those with conditions first, then bare reasons, separated by blanks."""
    by_severity: tuple[tuple[Severity, str], ...] = (
        ("critical", critical),
        ("high", high),
        ("medium", medium),
        ("low", low),
    )
    bare = (
        SeverityRow(reason=reason, severity=severity)
        for severity, reasons in by_severity
        for reason in reasons.split()
    )
    return tuple(replace(row, area=area) for row in (*conditional, *bare))


SEVERITY_TABLE: tuple[SeverityRow, ...] = (
    *_area(
        "kubelet: containers",
        # Liveness and startup probes restart the container; a readiness probe takes it out of its Service.
        SeverityRow(reason="Unhealthy", severity="high", message_starts=("Liveness probe", "Startup probe")),
        # Other controllers say Failed of anything; from the kubelet it is a container that cannot start.
        SeverityRow(reason="Failed", severity="high", components=("kubelet",)),
        # BackOff is a container that crashes or an image that cannot be pulled; the latter is type Normal.
        high="BackOff InspectFailed ErrImageNeverPull",
        medium="Unhealthy ExceededGracePeriod FailedPostStartHook FailedPreStopHook FailedSync "
        "FailedValidation",
        low="ProbeWarning Killing",
    ),
    *_area(
        "exporter: Pod status",
        # ContainerExited is judged by its type: Normal if the container did its work or its Pod was deleted.
        high="OOMKilled",
    ),
    *_area(
        "kubelet: sandbox, network, volumes",
        # The VPC CNI's subnet has run out of addresses: no single Pod's trouble, and no restart mends it.
        SeverityRow(
            reason="FailedCreatePodSandBox",
            severity="critical",
            message_contains=("failed to assign an IP address",),
        ),
        high="FailedCreatePodSandBox FailedMount FailedMapVolume VolumeResizeFailed FileSystemResizeFailed "
        "NetworkNotReady",
        medium="FailedPodSandBoxStatus FailedUnMount FailedUnmapDevice FailedKillPod",
        low="SandboxChanged DNSConfigForming",
    ),
    *_area(
        "kubelet: node",
        # Such a kubelet still speaks; the lifecycle controller (below) says it of a node that is gone.
        SeverityRow(reason="NodeNotReady", severity="high", components=("kubelet",)),
        critical="SystemOOM KubeletSetupFailed",
        # NodeHas… are type Normal: whoever filters by Warning never sees them.
        high="Rebooted FreeDiskSpaceFailed ImageGCFailed ContainerGCFailed EvictionThresholdMet Evicted "
        "OOMKilling NodeHasDiskPressure NodeHasInsufficientMemory NodeHasInsufficientPID "
        "FailedNodeAllocatableEnforcement",
        low="InvalidDiskCapacity NodeAllocatableEnforced CgroupV1",
    ),
    *_area(
        "node lifecycle controller",
        # Type Normal on the Node, Warning on each of its Pods.
        critical="NodeNotReady",
        medium="RemovingNode DeletingAllPods TaintManagerEviction",
    ),
    *_area(
        "scheduler",
        # Karpenter repeats for its own part what the scheduler has said.
        SeverityRow(reason="FailedScheduling", severity="medium", components=("karpenter",)),
        high="FailedScheduling",
        medium="Preempted NotTriggerScaleUp",
    ),
    *_area(
        "workload controllers",
        # FailedCreate is a quota, a webhook or a service account: the workload gets no Pods.
        high="FailedCreate ReplicaSetCreateError BackoffLimitExceeded DeadlineExceeded RecreatingFailedPod "
        "FailedPlacement FailedDaemonPod",
        medium="FailedDelete FailedNeedsStart TooManyMissedTimes MissSchedule UnexpectedJob",
    ),
    *_area(
        "autoscaling",
        high="FailedToScaleUpGroup ScaleUpTimedOut ScaleDownFailed InsufficientCapacityError "
        "NodeClassNotReady",
        medium="FailedGetResourceMetric FailedComputeMetricsReplicas FailedGetScale FailedRescale "
        "SelectorRequired InvalidSelector AmbiguousSelector DisruptionBlocked FailedDraining",
    ),
    *_area(
        "persistent volumes and CSI",
        high="FailedAttachVolume ProvisioningFailed VolumeFailedDelete VolumeFailedRecycle ClaimLost "
        "ClaimMisbound",
        medium="FailedDetachVolume FailedBinding",
        low="WaitForFirstConsumer ExternalExpanding",
    ),
    *_area(
        "services and load balancers",
        high="SyncLoadBalancerFailed FailedDeployModel FailedBuildModel FailedAddFinalizer DNSUnreachable",
        medium="FailedToUpdateEndpoint FailedToUpdateEndpointSlices AllocationFailed ClusterIPNotAllocated",
    ),
    *_area(
        "node problem detector, EKS node monitoring",
        critical="KernelOops TaskHung FilesystemIsReadOnly XfsHasShutdown IOError CperHardwareErrorFatal "
        "MemoryReadError",
        high="FrequentKubeletRestart FrequentContainerdRestart ContainerdUnhealthy KubeletUnhealthy "
        "KubeProxyUnhealthy",
        medium="ConntrackFull NTPIsDown DiskBadBlock CorruptDockerImage UnregisterNetDevice "
        "CperHardwareErrorCorrected",
    ),
    *_area(
        "admission and policy",
        medium="PolicyViolation FailedAdmission UnexpectedAdmissionError OutOfcpu OutOfmemory NodeAffinity "
        "Preempting",
    ),
    *_area(
        "routine",
        low="LeaderElection Pulled Pulling Created Started Scheduled SuccessfulCreate SuccessfulDelete "
        "ScalingReplicaSet SawCompletedJob RegisteredNode OwnerRefInvalidNamespace",
    ),
)
"""All rows, in the order in which they are tried and documented."""
