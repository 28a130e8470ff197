"""
PackagingError           one line that says what is wrong and where
 x  MissingInputError    a source, a lock or a tool is not there
 x  InstallError         uv could not install what the lock names
 x  ForeignBinaryError   a wheel or a library is not for the target machine
 x  ZipSizeError         over the limit; names the largest packages
"""

from __future__ import annotations


class PackagingError(Exception):
    """A zip cannot be built."""


class MissingInputError(PackagingError):
    """A source, a lock or a tool is not there."""


class InstallError(PackagingError):
    """uv could not install what the lock names."""


class ForeignBinaryError(PackagingError):
    """A wheel or a compiled library is not for the target's interpreter or processor."""


class ZipSizeError(PackagingError):
    """A zip is over the project's limit."""
