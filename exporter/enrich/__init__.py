"""What the API server knows of the object that an event is about: labels, chosen annotations, owners.

The reader hands events in and waits for nothing: what is known goes on at once, the rest waits for a worker's
look-up in a bounded room, and goes on as it is when its time is over or the room is full.
"""

from exporter.enrich.enricher import Enricher

__all__ = ["Enricher"]
