"""`kube-events backfill`: what a cluster still has is indexed."""
