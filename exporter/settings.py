"""The settings: what can be set, what is allowed, and why the defaults are what they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct


def _setting(about: str, allowed: str, **constraints: Any) -> Meta:
    return Meta(description=about, extra={"allowed": allowed}, **constraints)


_NAME_OR_ARN = "a name or an ARN"


class Settings(Struct, frozen=True, kw_only=True):
    """Each field is a flag (`--list-page-size`) and a variable (`KUBE_EVENTS_LIST_PAGE_SIZE`). Flags win."""

    cluster: Annotated[
        str,
        _setting(
            "Name of this cluster: part of every event's identity, so two clusters must not share one.",
            "1 to 100 letters, digits, '.', '_' or '-', the first a letter or digit",
            # EKS allows the same, without dots, which kOps uses.
            pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,99}\Z",
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
            pattern=r"^[a-z]{2,}(-[a-z]+)+-\d+\Z",
        ),
    ]

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
    ] = 16 * 1024 * 1024
    """Some 20,000 events: minutes of a busy cluster. Measured with it full: a process of 111 MiB, 65 of them
    for the interpreter and the libraries."""

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

    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        _setting("What is logged.", "DEBUG, INFO, WARNING or ERROR"),
    ] = "INFO"
