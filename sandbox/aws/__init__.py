"""A local AWS endpoint: moto's server, with what Terraform and our functions need and moto does not do."""

from sandbox.aws.process import AwsStandIn, AwsStandInError

__all__ = ["AwsStandIn", "AwsStandInError"]
