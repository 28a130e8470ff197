"""The settings: what can be set, what is allowed, and why the defaults are what they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from eventcore.heartbeat import CLUSTER_NAME


def _setting(about: str, allowed: str, **constraints: Any) -> Meta:
    return Meta(description=about, extra={"allowed": allowed}, **constraints)


_NAME_OR_ARN = "a name or an ARN"

_LABEL = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z"
"""What Kubernetes takes as the name of a namespace (RFC 1123)."""

_SUBDOMAIN = r"^(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z"
"""What Kubernetes takes as the name of most objects."""

Namespace = Annotated[str, Meta(pattern=_LABEL)]

_REGION = r"^[a-z]{2,}(-[a-z]+)+-\d+\Z"

AnnotationChoice = Annotated[str, Meta(pattern=r"^(\*|[0-9A-Za-z][0-9A-Za-z._/-]{0,315}\*?)\Z")]
"""The key of an annotation, or the beginning of keys and a `*`."""


class Settings(Struct, frozen=True, kw_only=True):
    """Each field is a flag (`--list-page-size`), a variable (`KUBE_EVENTS_LIST_PAGE_SIZE`) and a key of the
    file (`list_page_size`)."""

    cluster: Annotated[
        str,
        _setting(
            "Name of this cluster: part of every event's identity, so two clusters must not share one.",
            "1 to 100 letters, digits, '.', '_' or '-', the first a letter or digit",
            # EKS allows the same, without dots, which kOps uses.
            pattern=CLUSTER_NAME,
        ),
    ]

    sink: Annotated[
        Literal["kinesis", "eventbridge"],
        _setting("Where events go.", "kinesis or eventbridge"),
    ]

    stream: (
        Annotated[
            str,
            _setting(
                "Kinesis stream.",
                _NAME_OR_ARN,
                pattern=r"^([A-Za-z0-9_.-]{1,128}|arn:aws[a-z-]*:kinesis:[a-z0-9-]+:\d{12}:stream/[A-Za-z0-9_.-]{1,128})\Z",
            ),
        ]
        | None
    ) = None

    event_bus: (
        Annotated[
            str,
            _setting(
                "EventBridge bus.",
                _NAME_OR_ARN,
                pattern=r"^([/A-Za-z0-9_.-]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus/[/A-Za-z0-9_.-]{1,256})\Z",
            ),
        ]
        | None
    ) = None

    region: Annotated[
        str,
        _setting(
            "AWS region of the stream or bus. Without it the ARN's, else AWS_REGION or AWS_DEFAULT_REGION.",
            "an AWS region such as eu-west-1",
            pattern=_REGION,
        ),
    ]

    cluster_region: (
        Annotated[
            str,
            _setting(
                "AWS region in which the cluster runs, for every event to say (cluster.region).",
                "an AWS region such as eu-west-1",
                pattern=_REGION,
            ),
        ]
        | None
    ) = None

    cluster_account: (
        Annotated[
            str,
            _setting(
                "AWS account that the cluster belongs to, for every event to say (cluster.account).",
                "12 digits, in a file as a text in quotes",
                # Not \d, which other scripts have digits for as well.
                pattern=r"^[0-9]{12}\Z",
            ),
        ]
        | None
    ) = None

    kubeconfig: (
        Annotated[
            str,
            _setting(
                "A kubeconfig. Without it the Pod's service account, else KUBECONFIG or ~/.kube/config.",
                "the path of a file",
            ),
        ]
        | None
    ) = None

    context: (
        Annotated[
            str, _setting("Context of the kubeconfig. Without it its current one.", "the name of a context")
        ]
        | None
    ) = None

    config: (
        Annotated[
            str,
            _setting("A YAML file with settings. Flags and variables win over it.", "the path of a file"),
        ]
        | None
    ) = None

    namespaces: Annotated[
        tuple[Namespace, ...],
        _setting(
            "Namespaces whose events and Pods are read. Without it those of the whole cluster. Events about "
            "Nodes lie in the namespace default.",
            "names of namespaces, each once",
        ),
    ] = ()

    drop: Annotated[
        tuple[dict[str, Any], ...],
        _setting(
            "Patterns of events that are not shipped (docs/rules.md). What the API server can leave out is "
            "not even read.",
            'a list of patterns such as [{"type": ["Normal"]}]',
        ),
    ] = ()

    start: Annotated[
        Literal["all", "now"],
        _setting(
            "What a start without a checkpoint ships: all that the API server still holds, or only what "
            "comes from now on.",
            "all or now",
        ),
    ] = "all"
    """What happened just before the installation is often why it is installed. The API server holds an
    hour."""

    leader_election: Annotated[
        bool,
        _setting(
            "Whether replicas agree by a Lease on one of them that ships, and keep the checkpoint there. "
            "Without it there is no checkpoint.",
            "true or false",
        ),
    ] = True
    """A second replica is what makes a node's death a matter of seconds, and costs an idle process."""

    lease_name: Annotated[
        str,
        _setting(
            "Name of the Lease. It must be there: the exporter may not make one.",
            "the name of an object: lower-case letters, digits, '-' and '.', 253 at most",
            pattern=_SUBDOMAIN,
        ),
    ] = "kube-events-exporter"

    lease_namespace: (
        Annotated[
            str,
            _setting(
                "Namespace of the Lease. Without it the Pod's own, outside of a Pod kube-events.",
                "the name of a namespace",
                pattern=_LABEL,
            ),
        ]
        | None
    ) = None

    lease_duration: Annotated[
        float,
        _setting(
            "Seconds without a renewal after which another replica takes the Lease.",
            "a number from 1 to 600, greater than --renew-deadline",
            ge=1,
            le=600,
        ),
    ] = 15.0
    """This and the next two are client-go's defaults for components of the control plane."""

    renew_deadline: Annotated[
        float,
        _setting(
            "Seconds without a successful renewal after which the leader stops shipping.",
            "a number from 0.5 to 600, greater than 1.2 times --retry-period",
            ge=0.5,
            le=600,
        ),
    ] = 10.0

    retry_period: Annotated[
        float,
        _setting(
            "Seconds between two looks at the Lease, or two renewals of it.",
            "a number from 0.1 to 600",
            ge=0.1,
            le=600,
        ),
    ] = 2.0

    identity: (
        Annotated[
            str,
            _setting(
                "Name of this replica in the Lease. Without it the host's name and something random.",
                "1 to 253 characters without blanks",
                pattern=r"^\S{1,253}\Z",
            ),
        ]
        | None
    ) = None

    pod_status: Annotated[
        bool,
        _setting(
            "Whether Pods are watched too: for the events OOMKilled and ContainerExited, which Kubernetes "
            "does not write, and for the node of a Pod's events.",
            "true or false",
        ),
    ] = True
    """OOMKilled is the reason that people ask for by name, and no Event of Kubernetes has it."""

    enrich: Annotated[
        bool,
        _setting(
            "Whether labels, chosen annotations and owners of the involved object are added.", "true or false"
        ),
    ] = False
    """It needs the right to get every kind of object that events are about."""

    enrich_annotations: Annotated[
        tuple[AnnotationChoice, ...],
        _setting(
            "Annotations that --enrich adds.",
            "keys of annotations; one that ends with * stands for all that begin so",
        ),
    ] = ()
    """Labels are made to sort by; annotations hold anything, so each is chosen by whoever knows what it
    holds."""

    enrich_workers: Annotated[
        int,
        _setting("Look-ups of --enrich under way at once.", "a whole number from 1 to 32", ge=1, le=32),
    ] = 4
    """A look-up of a near API server takes a few milliseconds: some hundreds of objects a second."""

    enrich_timeout: Annotated[
        float,
        _setting("Seconds after which an event goes on as it is.", "a number from 0.1 to 30", ge=0.1, le=30),
    ] = 2.0
    """People wait for the message about it."""

    enrich_cache_objects: Annotated[
        int,
        _setting("Objects that --enrich remembers.", "a whole number from 16 to 100000", ge=16, le=100_000),
    ] = 4096
    """What has events at a time in a cluster of some hundred nodes. The memory has a bound of its own."""

    list_page_size: Annotated[
        int,
        _setting("Events per page of a list.", "a whole number from 1 to 10000", ge=1, le=10_000),
    ] = 500
    """client-go's default. Pages of 500 take no longer than one whole list, pages of 50 twice as long
    (labs)."""

    buffer_bytes: Annotated[
        int,
        _setting(
            "Bytes of events that may wait for the stream. A full buffer stops the reading.",
            "a whole number from 1048576 to 1073741824",
            ge=1024 * 1024,
            le=1024 * 1024 * 1024,
        ),
    ] = 8 * 1024 * 1024
    """Some 10,000 events: minutes of a busy cluster. With it full the process stays under 100 MiB."""

    senders: (
        Annotated[
            int,
            _setting(
                "Calls to the stream or bus under way at once. Without it as many as the sink is good for.",
                "a whole number from 1 to 32",
                ge=1,
                le=32,
            ),
        ]
        | None
    ) = None

    flush_interval: Annotated[
        float,
        _setting(
            "Seconds that a batch which is not full waits for more.", "a number from 0 to 60", ge=0, le=60
        ),
    ] = 0.5
    """A shard takes 1,000 records/s: half a second is the smallest batch that makes no more than 2
    calls/s."""

    watch_timeout: Annotated[
        int,
        _setting(
            "Seconds after which the API server ends a watch; each watch draws between this and its double.",
            "a whole number from 1 to 1800",
            ge=1,
            le=1800,
        ),
    ] = 300
    """client-go draws from 300 to 600."""

    grace_period: Annotated[
        float,
        _setting(
            "Seconds that SIGTERM leaves for what was read to be sent.",
            "a number from 0 to 600",
            ge=0,
            le=600,
        ),
    ] = 25.0
    """A Pod is killed 30 s after SIGTERM, unless its terminationGracePeriodSeconds says otherwise."""

    heartbeat_interval: Annotated[
        float,
        _setting(
            "Seconds between two heartbeat records, whose absence is an alarm; 0 for none.",
            "a number from 0 to 3600",
            ge=0,
            le=3600,
        ),
    ] = 60.0
    """The alarm looks at every minute."""

    listen: (
        Annotated[
            str,
            _setting(
                "Where /metrics, /livez and /readyz are served. Without it nowhere.",
                "an address and a port, such as 0.0.0.0:8080 or [::]:8080",
                pattern=r"^([0-9A-Za-z.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}\Z",
            ),
        ]
        | None
    ) = None

    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        _setting("What is logged.", "DEBUG, INFO, WARNING or ERROR"),
    ] = "INFO"
