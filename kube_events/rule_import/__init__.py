"""`kube-events rules import`: rule files out of the settings of other tools. See docs/migrating.md."""
