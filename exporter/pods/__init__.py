"""From the status of Pods: how containers ended, which Kubernetes writes no event of, and where Pods run."""
