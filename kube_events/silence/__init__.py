"""`kube-events silence`: who silenced what, for how long and why."""
