"""`python -m sandbox.kinesis_endpoint`: the endpoint by itself, told on standard input what to do."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sandbox.kinesis_endpoint.endpoint import KinesisEndpoint
from sandbox.kinesis_endpoint.faults import Faults
from sandbox.orders import follow


def main() -> None:
    """Serve until standard input ends."""
    with KinesisEndpoint() as endpoint:
        follow(
            {
                "url": lambda: endpoint.url,
                "behave": lambda **faults: endpoint.behave(Faults(**faults)),
                "impersonate": lambda host, folder: str(endpoint.impersonate(host, Path(folder))),
                "go_down": endpoint.go_down,
                "accepted": lambda: endpoint.ledger.accepted,
                "account": lambda **of: msgspec.structs.asdict(endpoint.ledger.account(**of)),
            }
        )


main()
