"""`kube-events send`: one real message to one receiver, to see that its channel works."""
