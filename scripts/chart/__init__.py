"""The chart's generated parts: its schema of the settings, and the manifests for kubectl."""
