"""Lambda on one machine: the real runtime interface client, fed by the mappings that Terraform made."""

from sandbox.lambda_service.counters import MappingStats
from sandbox.lambda_service.crashes import Crashes
from sandbox.lambda_service.errors import LambdaServiceError
from sandbox.lambda_service.execution_environment import InvocationResult
from sandbox.lambda_service.service import LambdaService

__all__ = ["Crashes", "InvocationResult", "LambdaService", "LambdaServiceError", "MappingStats"]
