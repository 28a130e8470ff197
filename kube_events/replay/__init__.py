"""`kube-events replay`: what the stream or the archive still has is indexed again."""
