"""One OpenSearch process: in a directory of its own, on ports that the system chose, ended by its id."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.guard import Guard
from sandbox.opensearch.jdk import Jdk
from sandbox.opensearch.node_folder import UNPRIVILEGED, NodeFolder
from sandbox.opensearch.port import HeldPort

HEAP = "512m"
"""Enough for the recording and the tests; the process takes 0.7 to 0.8 GB in all."""

JAVA_OPTIONS = f"-Xms{HEAP} -Xmx{HEAP} -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
"""The first compiler alone: a node that lives for minutes starts with 15 s of CPU time instead of 25 s.
Performance data would be written outside of our directory."""

START_SECONDS = 180
"""It takes 7 to 16 s on two idle cores; a busy machine may take several times that."""

STOP_SECONDS = 20

_PUBLISHED = re.compile(r"\[o\.o\.h\.\w+\s*\].*publish_address \{127\.0\.0\.1:(\d+)\}")


class OpenSearchProcess:
    """A node that is starting, running or away for a while. `stop` ends it and removes what it wrote."""

    def __init__(self, folder: NodeFolder, jdk: Jdk) -> None:
        self._folder = folder
        self._jdk = jdk
        self._port: int | None = None
        self._held: HeldPort | None = None
        self._guard = Guard.over(folder.path)
        try:
            if _root():
                folder.hand_over()
            self._process = self._start()
        except BaseException:
            self._guard.dismiss()
            raise

    @property
    def pid(self) -> int:
        """Id of the Java process."""
        return self._process.pid

    def wait_for_address(self) -> str:
        """The URL of the node, as soon as it has bound its port.

        Raises:
            ServerError: it ended, or did not come up in time; carries what it said last.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            said = self._folder.output.read_text(errors="replace")
            if ended:
                raise ServerError(
                    f"OpenSearch ended with exit code {self._process.returncode}: {last_words(said)}"
                )
            if published := _PUBLISHED.search(said):
                self._port = int(published[1])
                self._release()
                return f"http://127.0.0.1:{self._port}"
            time.sleep(0.1)
        raise ServerError(f"OpenSearch did not come up within {START_SECONDS} s: {last_words(said)}")

    def kill(self) -> None:
        """End it without a warning; its directory and its port stay."""
        self._process.kill()
        self._ended()

    def restart(self) -> None:
        """Start it on the port and the data it had; a node that runs is first ended in order."""
        if self._process.poll() is None:
            self._terminate()
        self._ended()
        if self._held:
            self._held.before_the_start()
        self._process = self._start()

    def write_secret(self, secret: str) -> Path:
        """Put it into the node's directory, in a file that its owner alone may read."""
        return self._folder.write_secret(secret)

    def stop(self) -> None:
        """End this process, by its id, and remove its directory."""
        self._terminate()
        self._release()
        self._guard.dismiss()
        self._folder.remove()

    def _terminate(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _ended(self) -> None:
        self._process.wait()
        self._guard.forget()
        if self._port and not self._held:
            self._held = HeldPort(self._port)

    def _release(self) -> None:
        if self._held:
            self._held.release()
            self._held = None

    def _start(self) -> subprocess.Popen[bytes]:
        home = self._folder.home
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder.path),
            "OPENSEARCH_JAVA_HOME": str(self._jdk.home),
            "OPENSEARCH_JAVA_OPTS": JAVA_OPTIONS,
            "OPENSEARCH_TMPDIR": str(self._folder.temporary),
        }
        root = _root()
        with self._folder.output.open("wb") as output:
            process = subprocess.Popen(
                [home / "bin" / "opensearch", *([f"-Ehttp.port={self._port}"] if self._port else [])],
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us: the node is stopped in order, after those that write to it.
                start_new_session=True,
                user=UNPRIVILEGED if root else None,
                group=UNPRIVILEGED if root else None,
                extra_groups=[] if root else None,
            )
        self._guard.watch(process.pid)
        return process


def _root() -> bool:
    return os.geteuid() == 0


def last_words(said: str) -> str:
    """The first line that names an error, else the last line: one line is enough to act on."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # The node prints its options as well, in which the word stands, too.
    telling = [line for line in lines if "[INFO ]" not in line and "[WARN ]" not in line]
    for sign in ("Exception: ", "ERROR", "error:", "Error: "):
        if named := [line for line in telling if sign in line]:
            return named[0][:500]
    return (lines or ["it said nothing"])[-1][:500]
