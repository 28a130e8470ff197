"""The file of settings: what it says by field, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from exporter.settings_option import SettingsInvalid, nearest
from exporter.settings_yaml import YamlError, read_yaml

NOT_IN_A_FILE = frozenset({"config"})


class FileUnusable(SettingsInvalid):
    """Nothing is known of what the file says."""


def read_file(path: str, known: Mapping[str, object], label: str) -> tuple[dict[str, object], list[str]]:
    """What the file says, and a line for each key that is no setting. A key without a value, or with an empty
    text, counts as absent.

    Args:
        path: of the file.
        known: the settings by name.
        label: names the setting that has the path.

    Raises:
        FileUnusable: it cannot be read, or is no mapping.
    """
    try:
        document = read_yaml(Path(path).read_bytes())
    except OSError as error:
        raise FileUnusable([f"{label} is {path!r}: {error.strerror or error}"]) from None
    except (YamlError, ValueError) as error:
        raise FileUnusable([f"{path}: {error}"]) from None
    if document is None:
        return {}, []
    if not isinstance(document, dict):
        found = type(document).__name__
        raise FileUnusable([f"{path}: must be a mapping such as `cluster: prod-eu`, not a {found}"])
    allowed = known.keys() - NOT_IN_A_FILE
    unknown = [key for key in document if key not in allowed]
    errors = [f"{path}: {key} is no setting: {nearest(str(key), allowed)}" for key in unknown]
    said = {key: value for key, value in document.items() if key in allowed and value not in (None, "")}
    return said, errors
