"""The queries that docs and dashboards show, as they are run."""
