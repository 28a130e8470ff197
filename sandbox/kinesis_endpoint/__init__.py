"""A Kinesis endpoint that counts: it keeps what it is given as it is, and looks into it afterwards.

So it costs little while somebody measures the other end. It can be slow, behind one shard's limit, throttle a
part of what comes, or not be there at all for a while.
"""

from sandbox.kinesis_endpoint.endpoint import KinesisEndpoint
from sandbox.kinesis_endpoint.ledger import Account
from sandbox.kinesis_endpoint.process import KinesisEndpointProcess

__all__ = ["Account", "KinesisEndpoint", "KinesisEndpointProcess"]
