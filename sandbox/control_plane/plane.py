"""A control plane in a folder: its processes, started and stopped as a whole or one by one."""

from __future__ import annotations

import shutil
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import msgspec
import urllib3

from sandbox.control_plane.api import Api
from sandbox.control_plane.binary import Binary
from sandbox.control_plane.components import (
    ALL_PARTS,
    Layout,
    Options,
    Part,
    Ports,
    arguments,
    audit_policy,
)
from sandbox.control_plane.errors import ComponentFailed, ControlPlaneError, Refused
from sandbox.control_plane.kubeconfig import write_kubeconfig
from sandbox.control_plane.process import POLL_SECONDS, Process
from sandbox.control_plane.store import Store

START_SECONDS = 120.0
"""The API server is ready in 3 to 5 s on idle cores."""

STOP_SECONDS = 3.0
"""Asked to end, the API server leaves watches open for a minute: too long for whoever takes it down."""


class ControlPlane:
    """Loopback only, ports that were free, everything that it writes in one folder."""

    def __init__(self, layout: Layout, parts: Sequence[Part]) -> None:
        self.layout = layout
        self.parts = tuple(parts)
        self.api = Api(layout.url, ca=layout.pki.ca, token=layout.pki.admin_token.read_text(), connections=32)
        """As its administrator."""
        self.store = Store(layout.etcd_url)
        self._processes = {part: Process(part, layout.folder) for part in ALL_PARTS}

    @classmethod
    def at(
        cls,
        folder: Path,
        binary: Binary,
        *,
        parts: Sequence[Part] = ALL_PARTS,
        options: Options | None = None,
    ) -> ControlPlane:
        """The control plane of this folder: the one that is there, or a new one; it is not started yet.

        Raises:
            ControlPlaneError: the one that is there was made by another version.
        """
        folder = folder.absolute()
        layout = Layout(folder, binary, _free_ports(), options or Options())
        state = folder / "layout.json"
        if state.is_file():
            layout = _read_layout(state)
            if layout.binary != binary:
                raise ControlPlaneError(f"{folder} holds another version's cluster: end that one first")
        else:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _furnish(layout)
            # Last, so that a folder that was left half furnished is furnished again.
            state.write_bytes(msgspec.json.encode(layout, enc_hook=str))
        return cls(layout, parts)

    def up(self) -> None:
        """Start what does not run, and wait until it is ready.

        Raises:
            ComponentFailed: a part ended or did not get ready.
        """
        for part in self.parts:
            self.start(part)

    def start(self, part: Part) -> None:
        """Start one part, if it does not run, and wait until it is ready."""
        process = self._processes[part]
        process.start(self.layout.binary.program, arguments(part, self.layout))
        if part == "etcd":
            self._wait_until(part, self.store.healthy)
        elif part == "kube-apiserver":
            self._wait_until(part, self._is_ready)

    def stop(self, part: Part, patience: float = STOP_SECONDS) -> None:
        """End one part: asked first, killed after so many seconds."""
        self._processes[part].stop(patience)

    def kill(self, part: Part) -> None:
        """End one part as a crash would."""
        self._processes[part].stop_by(signal.SIGKILL, 10)

    def end_in_order(self, part: Part, patience: float) -> None:
        """End one part as a rolling update does.

        Raises:
            ComponentFailed: it does not end within so many seconds.
        """
        self._processes[part].stop_by(signal.SIGTERM, patience)

    def running(self) -> dict[str, int]:
        """The parts that run, with their process ids."""
        return {part: pid for part, process in self._processes.items() if (pid := process.pid)}

    def save(self, name: str) -> None:
        """Copy etcd's data aside, as a backup does. etcd is away for a moment."""
        copy = self.layout.folder / f"etcd-{name}"
        shutil.rmtree(copy, ignore_errors=True)
        self.stop("etcd", 10)
        shutil.copytree(self.layout.folder / "etcd", copy)
        self.start("etcd")

    def restore(self, name: str) -> None:
        """Put back what `save` copied: everything that was written since has never happened."""
        self.kill("kube-apiserver")
        self.stop("etcd", 10)
        shutil.rmtree(self.layout.folder / "etcd")
        shutil.copytree(self.layout.folder / f"etcd-{name}", self.layout.folder / "etcd")
        self.start("etcd")
        self.start("kube-apiserver")

    def down(self) -> None:
        """End everything, and remove the folder."""
        self.api.close()
        self.store.close()
        for process in reversed(self._processes.values()):
            process.stop(STOP_SECONDS)
        shutil.rmtree(self.layout.folder, ignore_errors=True)

    def _is_ready(self) -> bool:
        try:
            return self.api.text("/readyz") == "ok"
        except (Refused, urllib3.exceptions.HTTPError):
            return False

    def _wait_until(self, part: Part, ready: Callable[[], bool]) -> None:
        process = self._processes[part]
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if process.pid is None:
                raise ComponentFailed(f"{part} has ended: {process.last_words()}")
            if time.monotonic() > deadline:
                raise ComponentFailed(
                    f"{part} is not ready after {START_SECONDS:.0f} s: {process.last_words()}"
                )
            time.sleep(POLL_SECONDS)


def take_down(folder: Path) -> bool:
    """End what runs in a folder and remove it, whoever started it. Whether there was anything."""
    folder = folder.absolute()
    if not folder.is_dir():
        return False
    for part in reversed(ALL_PARTS):
        Process(part, folder).stop(STOP_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _furnish(layout: Layout) -> None:
    shutil.rmtree(layout.folder / "pki", ignore_errors=True)
    layout.pki.make()
    layout.audit_policy.write_text(audit_policy(layout.options.audited))
    write_kubeconfig(
        layout.kubeconfig, url=layout.url, ca=layout.pki.ca, token=layout.pki.admin_token.read_text()
    )
    kubectl = layout.folder / "kubectl"
    kubectl.unlink(missing_ok=True)
    kubectl.symlink_to(layout.binary.program)


def _read_layout(state: Path) -> Layout:
    def path(kind: type, value: Any) -> Any:
        return kind(value)

    return msgspec.json.decode(state.read_bytes(), type=Layout, dec_hook=path)


def _free_ports() -> Ports:
    """Ports that nobody listens on now. Held all at once, so that they differ."""
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.socket())) for _ in Ports._fields]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return Ports(*(each.getsockname()[1] for each in sockets))
