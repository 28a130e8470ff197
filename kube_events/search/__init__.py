"""`kube-events search`: `kubectl get events` for what Kubernetes has forgotten."""
