"""What moto 5.2 does differently from AWS, put right where the pipeline would notice. One file per service.

Every patch says which difference it removes. A patch whose place has gone in a newer moto fails at start
instead of having no effect.
"""

from sandbox.aws.neighbours import Neighbours
from sandbox.aws.patches import buckets, bus, functions, queue_messages, queue_settings, stream, topics


def apply(neighbours: Neighbours) -> None:
    """Put every patch in. Once per process, before the server makes its applications."""
    stream.apply()
    queue_settings.apply()
    queue_messages.apply()
    buckets.apply()
    bus.apply()
    topics.apply(neighbours)
    functions.apply(neighbours)
