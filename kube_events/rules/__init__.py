"""`kube-events rules`: what an operator does with rule files. docs/rules-command.md is its manual."""
