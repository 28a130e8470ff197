"""One OpenSearch process: in a directory of its own, on ports that the system chose, stopped by its id."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

from sandbox.opensearch.distribution import Choice, ServerError
from sandbox.opensearch.guard import Guard

HEAP = "512m"
"""Enough for the recording and the tests; the process takes 0.7 to 0.8 GB in all."""

JAVA_OPTIONS = f"-Xms{HEAP} -Xmx{HEAP} -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
"""The first compiler alone: a node that lives for minutes starts with 15 s of CPU time instead of 25 s.
Performance data would be written outside of our directory."""

UNPRIVILEGED = 65534
"""User and group `nobody` of every Linux: OpenSearch refuses to run as root."""

START_SECONDS = 180
"""It takes 7 to 16 s on two idle cores; a busy machine may take several times that."""

STOP_SECONDS = 20

CONFIG = """\
cluster.name: kube-events-sandbox
node.name: sandbox
network.host: 127.0.0.1
http.port: 0
transport.port: 0
discovery.type: single-node
# A disk that is nearly full must not turn the indices read-only: they live for minutes.
cluster.routing.allocation.disk.threshold_enabled: false
"""

_PUBLISHED = re.compile(r"\[o\.o\.h\.\w+\s*\].*publish_address \{127\.0\.0\.1:(\d+)\}")


class OpenSearchProcess:
    """A node that is starting or running. `stop` ends it and removes everything it wrote."""

    def __init__(self, choice: Choice, archive: Path) -> None:
        self._run = Path(tempfile.mkdtemp(prefix="kube-events-opensearch-"))
        try:
            self._process = self._start(choice, archive)
        except BaseException:
            shutil.rmtree(self._run, ignore_errors=True)
            raise
        self._guard = Guard.over(self._process.pid, self._run)

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
            said = self._output.read_text(errors="replace")
            if published := _PUBLISHED.search(said):
                return f"http://127.0.0.1:{published[1]}"
            if self._process.poll() is not None:
                raise ServerError(
                    f"OpenSearch ended with exit code {self._process.returncode}: {_last_words(said)}"
                )
            time.sleep(0.1)
        raise ServerError(f"OpenSearch did not come up within {START_SECONDS} s: {_last_words(said)}")

    def stop(self) -> None:
        """End this process, by its id, and remove its directory."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._guard.dismiss()
        shutil.rmtree(self._run, ignore_errors=True)

    @property
    def _output(self) -> Path:
        return self._run / "output.log"

    def _start(self, choice: Choice, archive: Path) -> subprocess.Popen[bytes]:
        home = _unpack(archive, self._run)
        (home / "config" / "opensearch.yml").write_text(CONFIG)
        (self._run / "tmp").mkdir()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._run),
            "OPENSEARCH_JAVA_HOME": str(choice.jdk.home),
            "OPENSEARCH_JAVA_OPTS": JAVA_OPTIONS,
            "OPENSEARCH_TMPDIR": str(self._run / "tmp"),
        }
        root = os.geteuid() == 0
        if root:
            _hand_over(self._run)
        with self._output.open("wb") as output:
            return subprocess.Popen(
                [home / "bin" / "opensearch"],
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


def _unpack(archive: Path, into: Path) -> Path:
    """Unpack the distribution; zipfile forgets which files are programs."""
    with zipfile.ZipFile(archive) as source:
        source.extractall(into)
    [home] = [entry for entry in into.iterdir() if entry.is_dir()]
    for program in (home / "bin").iterdir():
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return home


def _hand_over(run: Path) -> None:
    """Give the directory to the unprivileged user, who must also be able to reach it.

    Raises:
        ServerError: a directory above it is closed to others.
    """
    for parent in run.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise ServerError(
                f"{parent} is closed to other users, and OpenSearch does not run as root: "
                "set TMPDIR to a directory that is open to them"
            )
    for path in (run, *run.rglob("*")):
        os.chown(path, UNPRIVILEGED, UNPRIVILEGED, follow_symlinks=False)


def _last_words(said: str) -> str:
    """The first line that names an error, else the last line: one line is enough to act on."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "Exception" in line or "error:" in line]
    return (errors or lines or ["it said nothing"])[0 if errors else -1][:500]
