"""Who we are to the API server, by the official client: in the cluster, or by a kubeconfig."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import yaml
from kubernetes.client.configuration import Configuration
from kubernetes.config import ConfigException, load_incluster_config, load_kube_config
from kubernetes.config.incluster_config import SERVICE_HOST_ENV_NAME

from exporter.watch.errors import Denied

Credentials = Callable[[], Configuration]
"""Reads the credentials as they are now. Raises Denied."""


def credentials(kubeconfig: str | None, context: str | None) -> Credentials:
    """
    Args:
        kubeconfig: path of a kubeconfig; None is the service account inside a cluster, else KUBECONFIG or
            ~/.kube/config.
        context: a context of the kubeconfig; None is its current one.
    """
    in_cluster = not kubeconfig and not context and SERVICE_HOST_ENV_NAME in os.environ

    def load() -> Configuration:
        configuration = Configuration()
        try:
            if in_cluster:
                load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
            else:
                _check_readable(kubeconfig)
                load_kube_config(  # type: ignore[no-untyped-call]
                    config_file=kubeconfig,
                    context=context,
                    client_configuration=configuration,
                    persist_config=False,
                )
        except (ConfigException, OSError, yaml.YAMLError) as error:
            raise Denied(f"cannot read {_origin(in_cluster, kubeconfig)}: {_one_line(error)}") from None
        except (AttributeError, KeyError, TypeError, ValueError):
            # The official client trips over a file of another shape, instead of saying so.
            raise Denied(f"cannot read {_origin(in_cluster, kubeconfig)}: it is no kubeconfig") from None
        return configuration

    return load


def _check_readable(kubeconfig: str | None) -> None:
    """The official client says of a missing file that it has no configuration: say what is missing."""
    if kubeconfig:
        Path(kubeconfig).open("rb").close()


def _origin(in_cluster: bool, kubeconfig: str | None) -> str:
    if in_cluster:
        return "the service account of this Pod"
    return f"kubeconfig {kubeconfig}" if kubeconfig else "kubeconfig (KUBECONFIG or ~/.kube/config)"


def _one_line(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return " ".join((said or str(error)).split())
