"""The local zips by the hash that Lambda knows code by, unpacked once each."""

from __future__ import annotations

import base64
import hashlib
import threading
import zipfile
from pathlib import Path

from sandbox.lambda_service.errors import ZipMissingError


class ZipStore:
    """Finds a deployed function's code among the zips of a folder, so that what runs is what was deployed."""

    def __init__(self, zips: Path, unpacked: Path) -> None:
        """
        Args:
            zips: folder of the zips; looked through again whenever a hash is not known yet.
            unpacked: folder for the task roots.
        """
        self._zips = zips
        self._unpacked = unpacked
        self._lock = threading.Lock()
        self._paths: dict[str, Path] = {}

    def task_root(self, code_sha256: str) -> Path:
        """The folder that holds the unpacked zip.

        Args:
            code_sha256: base64, as GetFunctionConfiguration gives it.

        Raises:
            ZipMissingError: names the hashes that there are.
        """
        with self._lock:
            root = self._unpacked / base64.b64decode(code_sha256).hex()[:16]
            if not root.is_dir():
                half_done = root.with_name(root.name + ".unpacking")
                with zipfile.ZipFile(self._find(code_sha256)) as archive:
                    archive.extractall(half_done)
                half_done.rename(root)
            return root

    def _find(self, code_sha256: str) -> Path:
        if code_sha256 not in self._paths:
            self._paths = {
                sha256_base64(path.read_bytes()): path for path in sorted(self._zips.glob("*.zip"))
            }
        if code_sha256 not in self._paths:
            local = ", ".join(f"{path.name} {code}" for code, path in self._paths.items()) or "no zip at all"
            raise ZipMissingError(f"code {code_sha256} is deployed but not among the local zips: {local}")
        return self._paths[code_sha256]


def sha256_base64(content: bytes) -> str:
    """A zip's CodeSha256."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
