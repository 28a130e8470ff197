"""A real Kubernetes control plane on loopback, without containers, and a proxy that spoils the way to it."""
