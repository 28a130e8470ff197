"""The version of the exporter, as its image is tagged and its requests are signed."""

VERSION = "0.1.0"
