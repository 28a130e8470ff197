"""
LambdaServiceError          something that stands in the way of running functions here
 x  FunctionMissingError    the AWS endpoint knows no such function
 x  ZipMissingError         the function's CodeSha256 is none of the local zips'
 x  MappingUnsupportedError an event source mapping asks for what this service does not do
 x  LoopEndedError          a function that calls itself without end, and may not
 x  PollerCrashedError      a bug in this service: a poller's thread ended
"""

from __future__ import annotations


class LambdaServiceError(Exception):
    """Something that stands in the way of running functions here."""


class FunctionMissingError(LambdaServiceError):
    """The AWS endpoint knows no function of that name."""


class ZipMissingError(LambdaServiceError):
    """The deployed code is none of the local zips."""


class MappingUnsupportedError(LambdaServiceError):
    """An event source mapping asks for what this service does not do."""


class LoopEndedError(LambdaServiceError):
    """A function has called itself too often. The messages stay in their queue."""


class PollerCrashedError(LambdaServiceError):
    """A poller's thread ended by an error that nobody expected."""
