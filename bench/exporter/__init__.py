"""What the exporter makes of a burst, an outage and its own death, beside a bare loop and its predecessor."""
