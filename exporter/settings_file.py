"""The file of settings: what it says by field, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from exporter.settings_option import SettingsInvalid, nearest
from exporter.settings_yaml import YamlError, read_yaml

NOT_IN_A_FILE = frozenset({"config"})


def read_file(path: str, known: Mapping[str, object], label: str) -> dict[str, object]:
    """What the file says; a key without a value counts as absent.

    Args:
        path: of the file.
        known: the settings by name.
        label: names the setting that has the path.

    Raises:
        SettingsInvalid: it cannot be read, is no mapping, or has keys that are no settings.
    """
    try:
        document = read_yaml(Path(path).read_bytes())
    except OSError as error:
        raise SettingsInvalid([f"{label} is {path!r}: {error.strerror or error}"]) from None
    except (YamlError, ValueError) as error:
        raise SettingsInvalid([f"{path}: {error}"]) from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        found = type(document).__name__
        raise SettingsInvalid([f"{path}: must be a mapping such as `cluster: prod-eu`, not a {found}"])
    allowed = known.keys() - NOT_IN_A_FILE
    if unknown := [key for key in document if key not in allowed]:
        raise SettingsInvalid(f"{path}: {key} is no setting: {nearest(str(key), allowed)}" for key in unknown)
    return {key: value for key, value in document.items() if value is not None}
