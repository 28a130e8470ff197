"""The arguments of every command that asks OpenSearch, and the environment that stands in for them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from getpass import getpass
from pathlib import Path

from kube_events.opensearch.connection import AUTHS, Connection, checked_endpoint, is_readable_on_the_way
from kube_events.opensearch.errors import OpenSearchError

ENDPOINT = "KUBE_EVENTS_OPENSEARCH"
AUTH = "KUBE_EVENTS_OPENSEARCH_AUTH"
USER = "KUBE_EVENTS_OPENSEARCH_USER"
PASSWORD = "KUBE_EVENTS_OPENSEARCH_PASSWORD"  # noqa: S105 - the name of a variable


def add_connection_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `connection_of` reads. There is none for a password: the arguments of a process are public."""
    group = parser.add_argument_group(
        "connection", f"A password comes from {PASSWORD}, else from a prompt; never from an argument."
    )
    group.add_argument("--endpoint", metavar="URL", help=f"of OpenSearch (default: {ENDPOINT})")
    group.add_argument(
        "--auth",
        choices=AUTHS,
        help=f"sigv4: AWS credentials; basic: user and password; none (default: {AUTH}, else sigv4, or basic"
        " where there is a user)",
    )
    group.add_argument("--user", help=f"of basic (default: {USER})")
    group.add_argument("--region", help="of sigv4 (default: AWS' own order, else the domain's name)")
    group.add_argument("--profile", help="of the AWS configuration, for sigv4 (default: AWS' own order)")
    group.add_argument(
        "--ca-file", type=Path, metavar="PEM", help="authorities to trust instead of the usual ones"
    )
    group.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="for one answer (default: 30)"
    )


def connection_of(arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Connection:
    """The connection that arguments and environment ask for. Asks for the password if it is missing.

    Raises:
        OpenSearchError: something is missing, is not allowed, or does not fit the rest.
    """
    endpoint = arguments.endpoint or environment.get(ENDPOINT, "")
    if not endpoint:
        raise OpenSearchError(f"no endpoint: give --endpoint URL, or set {ENDPOINT}")
    endpoint = checked_endpoint(endpoint)
    user = arguments.user or environment.get(USER, "")
    auth = arguments.auth or environment.get(AUTH, "") or ("basic" if user else "sigv4")
    if auth not in AUTHS:
        raise OpenSearchError(f"{AUTH} is {auth!r}: it must be one of {', '.join(AUTHS)}")
    for option in ("region", "profile"):
        if getattr(arguments, option) and auth != "sigv4":
            raise OpenSearchError(f"--{option} is for --auth sigv4, and this is {auth}")
    if arguments.user and auth != "basic":
        raise OpenSearchError(f"--user is for --auth basic, and this is {auth}")
    return Connection(
        endpoint=endpoint,
        auth=auth,
        user=user if auth == "basic" else "",
        password=_password(endpoint, user, environment) if auth == "basic" else "",
        region=arguments.region or "",
        profile=arguments.profile or "",
        ca_file=_ca_file(arguments.ca_file),
        seconds=arguments.timeout,
    )


def _password(endpoint: str, user: str, environment: Mapping[str, str]) -> str:
    if not user:
        raise OpenSearchError(f"--auth basic needs a user: give --user, or set {USER}")
    if is_readable_on_the_way(endpoint):
        raise OpenSearchError(f"{endpoint}: over http others can read the password; basic needs https")
    if password := environment.get(PASSWORD, ""):
        return password
    if not sys.stdin.isatty():
        raise OpenSearchError(f"no password: set {PASSWORD}, or run this at a terminal to be asked for it")
    try:
        return getpass(f"Password of {user} at {endpoint}: ")
    except EOFError:
        raise OpenSearchError("no password was given") from None


def _ca_file(path: Path | None) -> Path | None:
    if path is None:
        return None
    try:
        path.read_bytes()
    except OSError as error:
        raise OpenSearchError(f"--ca-file {path}: {error.strerror or error}") from None
    return path


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: seconds, more than 0 and up to 3600")
    return seconds
