"""`kube-events dead-letters`: what the pipeline set aside, and its way back."""
