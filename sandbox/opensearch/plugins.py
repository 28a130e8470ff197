"""The plugins a server can be given, as zips that its installer takes."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.maven import Artifact, fetch

DESCRIPTOR = "plugin-descriptor.properties"

COLLECTIONS = Artifact("org.apache.commons", "commons-collections4", "4.5.0", "jar")
"""What the security plugin of 3.x takes from the class loader of a module that this distribution lacks."""

_EXTENDED = re.compile(rb"^extended\.plugins=(.*)$", re.MULTILINE)
_MADE_FOR = re.compile(rb"^opensearch\.version=(\S+)", re.MULTILINE)


def plugin(name: str, version: str) -> Artifact:
    """The plugin of OpenSearch's own that belongs to this version of the server."""
    return Artifact("org.opensearch.plugin", f"opensearch-{name}", f"{version}.0")


def security_plugin(version: str, *, into: Path, cache: Path, say: Callable[[str], None]) -> Path:
    """The security plugin's zip, changed where it would not install otherwise.

    Args:
        into: a folder for the changed copy.

    Raises:
        ServerError: it cannot be had.
    """
    zipped = fetch(plugin("security", version), cache=cache, say=say)
    if not needs_absent_module(_descriptor(zipped)):
        return zipped
    jar = fetch(COLLECTIONS, cache=cache, say=say)
    changed = into / zipped.name
    with zipfile.ZipFile(zipped) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry, standing_alone(content) if entry.filename == DESCRIPTOR else content)
        target.write(jar, jar.name)
    return changed


def needs_absent_module(descriptor: bytes) -> bool:
    """Whether the plugin extends another one without which it is not installed."""
    extended = _EXTENDED.search(descriptor)
    names = extended[1].decode().split(",") if extended else []
    return any(name.strip() and "optional=true" not in name for name in names)


def standing_alone(descriptor: bytes) -> bytes:
    """The descriptor of a plugin that extends no other: the server's modules are those of its zip."""
    return _EXTENDED.sub(b"extended.plugins=", descriptor)


def made_for(plugin_zip: Path) -> str:
    """The version of OpenSearch that a plugin's zip says it was made for.

    Raises:
        ServerError: it is no plugin.
    """
    version = _MADE_FOR.search(_descriptor(plugin_zip))
    if version is None:
        raise ServerError(f"{plugin_zip} is no plugin of OpenSearch: its {DESCRIPTOR} names no version")
    return version[1].decode()


def ism_zip_of_environment(version: str, say: Callable[[str], None]) -> Path | None:
    """The plugin that OPENSEARCH_ISM_ZIP names, if it was made for this version.

    Raises:
        ServerError: it is no plugin.
    """
    given = os.environ.get("OPENSEARCH_ISM_ZIP")
    if not given:
        return None
    path = Path(given).expanduser()
    if (meant := made_for(path)) != version:
        say(f"without ISM: OPENSEARCH_ISM_ZIP is for OpenSearch {meant}, not for {version}")
        return None
    return path


def _descriptor(plugin_zip: Path) -> bytes:
    try:
        with zipfile.ZipFile(plugin_zip) as source:
            return source.read(DESCRIPTOR)
    except (OSError, zipfile.BadZipFile) as error:
        raise ServerError(f"{plugin_zip} is no plugin of OpenSearch: {error}") from None
    except KeyError:
        raise ServerError(
            f"{plugin_zip} is no plugin of OpenSearch: there is no {DESCRIPTOR} in it"
        ) from None
