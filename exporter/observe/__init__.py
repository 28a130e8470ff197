"""What an operator sees of the exporter: metrics, whether it lives, whether it is ready."""
